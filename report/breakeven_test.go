package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBreakEvenMarksTheCrossing(t *testing.T) {
	half := 0.5
	onEC2 := Result{Summary: Summary{Variant: "ec2", Complete: true, Utilisation: Utilisation{CPUReserved: &half}}}
	onEC2.Summary.Cost = Cost{Total: 30, ByComponent: Components{EC2OnDemand: 30}}
	onFargate := Result{Summary: Summary{Variant: "fargate", Complete: true}}
	onFargate.Summary.Cost = Cost{Total: 20, ByComponent: Components{FargateCPU: 20}}

	chart, ok := BreakEven([]Result{onEC2, onFargate})
	require.True(t, ok)
	// 30 USD at 50 %: 15 USD at 100 %; 15 / 0.75 = 20.
	require.Len(t, chart.Marks, 1)
	assert.InDelta(t, 75, chart.Marks[0].X, 1e-9)
	assert.Equal(t, "cheaper than fargate from 75 % on", chart.Marks[0].Label)
	last := chart.Lines[0].Points[len(chart.Lines[0].Points)-1]
	assert.InDelta(t, 15, last.Y, 1e-9)

	_, ok = BreakEven([]Result{onEC2})
	assert.False(t, ok, "there is nothing to cross")
}
