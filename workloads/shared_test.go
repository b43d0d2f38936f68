package workloads

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// sharedFile is the path of a data set that is not part of the repository.
// Tests over it are skipped where it is not to be had.
func sharedFile(t testing.TB, elements ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "shared"}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the data set %s is not on this machine", filepath.Join(elements...))
	}
	return path
}

// readAll reads a source to its end.
func readAll(t testing.TB, src Source) []Row {
	t.Helper()
	rows, err := drain(src)
	require.NoError(t, err)
	return rows
}

func drain(src Source) (rows []Row, err error) {
	var row Row
	for {
		ok, err := src.Next(&row)
		if !ok || err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}
