package catalog

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEBSAndIPv4(t *testing.T) {
	gp3, ok := Embedded().EBSGP3("us-east-1")
	assert.True(t, ok)
	assert.Equal(t, MonthlyPrice{80_000_000, "2024-07", "AWS list price of 2024-07"}, gp3)

	ireland, ok := Embedded().EBSGP3("eu-west-1")
	assert.True(t, ok)
	assert.Equal(t, MonthlyPrice{80_000_000, "2024-07", "AWS list price of 2024-07 in us-east-1, that of eu-west-1 not being known"}, ireland)

	london, ok := Embedded().PublicIPv4("eu-west-2")
	assert.True(t, ok)
	assert.Equal(t, Price{5_000_000, "2026", "AWS list price of 2026"}, london)

	paris, ok := Embedded().PublicIPv4("eu-west-3")
	assert.True(t, ok)
	assert.Equal(t, "2026-08", paris.Date)
	assert.Contains(t, paris.Derivation, "in us-east-1")

	_, ok = Embedded().EBSGP3("moon-1")
	assert.False(t, ok)
	_, ok = Embedded().PublicIPv4("moon-1")
	assert.False(t, ok)
}
