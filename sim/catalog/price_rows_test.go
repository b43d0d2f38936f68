package catalog

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPriceRows(t *testing.T) {
	rows, err := Embedded().PriceRows("us-east-1", "m5.large")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	row := rows[0]
	assert.Equal(t, "us-east-1", row.Region)
	assert.Equal(t, mustType(t, "m5.large"), row.Type)
	assert.Equal(t, "0.096", row.OnDemand.PerHour.String())
	assert.True(t, row.Advised)
	assert.Equal(t, [2]int{3, 66}, [2]int{row.Band, row.SavingsPercent})
	var zones []string
	for _, pool := range row.Spot {
		zones = append(zones, pool.Zone)
	}
	assert.Equal(t, []string{"us-east-1a", "us-east-1b", "us-east-1d", "us-east-1e", "us-east-1f"}, zones)
	assert.Equal(t, "use1-az4", row.Spot[2].ZoneID)

	rows, err = Embedded().PriceRows("us-east-1", "m5.*")
	require.NoError(t, err)
	assert.Len(t, rows, 9)
	rows, err = Embedded().PriceRows("", "m5.large")
	require.NoError(t, err)
	assert.Equal(t, "af-south-1", rows[0].Region)
	assert.Equal(t, "us-west-2", rows[len(rows)-1].Region)
}

func TestPriceRowsErrors(t *testing.T) {
	for _, c := range [][3]string{
		{"us-esat-1", "", `unknown region "us-esat-1"; did you mean us-east-1,`},
		{"us-east-1", "m5.lagre", `no instance type is called "m5.lagre"; did you mean m5.large,`},
		{"us-east-1", "[", `malformed pattern "["`},
		{"ca-central-1", "m5.large", "no price of m5.large is known in ca-central-1"},
		{"ca-central-1", "", "and 1381 other instance types is known in ca-central-1"},
	} {
		_, err := Embedded().PriceRows(c[0], c[1])
		assert.ErrorContains(t, err, c[2])
	}
}
