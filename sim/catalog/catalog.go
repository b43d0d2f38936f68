package catalog

import "sync"

//go:generate go run ./generate -data $BERTH_DATA -out tables

// A Catalog answers questions about instance types, regions and prices. It does
// not change, and its methods may be called by several goroutines at once.
// [Embedded] and [Catalog.With] make one.
type Catalog struct {
	tables *tables
	layers []layer // given prices and discounts, the newest last
}

// Embedded returns the catalog inside the program. All calls return the same.
func Embedded() *Catalog { return embedded() }

var embedded = sync.OnceValue(func() *Catalog { return &Catalog{tables: newTables()} })
