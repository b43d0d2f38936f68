package report

// master is the linear program of [packing.bound] over the patterns found so
// far: the least price of instances, in parts, that cover all classes. It is
// the revised simplex method with the inverse of the basis written out.
//
// It is written here, and not gonum's, for two reasons: gonum's solver starts
// afresh with each new pattern and gives no prices of the classes; and its
// kernels add in another order on amd64 than elsewhere, while the same
// scenario has to give the same bytes on every processor. Tests hold it
// against gonum's.
type master struct {
	size    int
	inverse []float64 // of the basis, row by row
	parts   []float64 // of the columns of the basis: instances of a pattern, or what is covered too much
	costs   []float64 // of the columns of the basis
	prices  []float64 // of the classes: what one more of a class costs
	column  []float64 // scratch
	pivots  int
}

// Tolerances of the simplex method. Nothing hangs on them but how good a bound
// is: that it holds is made sure of elsewhere.
const (
	pivotTolerance = 1e-9
	priceTolerance = 1e-9
)

// newMaster starts from one pattern for each class: so many of it on an
// instance of a price.
func newMaster(amounts, perInstance, costs []float64) *master {
	n := len(amounts)
	m := &master{
		size:    n,
		inverse: make([]float64, n*n),
		parts:   make([]float64, n),
		costs:   append([]float64(nil), costs...),
		prices:  make([]float64, n),
		column:  make([]float64, n),
	}
	for i := range n {
		m.inverse[i*n+i] = 1 / perInstance[i]
		m.parts[i] = amounts[i] / perInstance[i]
		m.prices[i] = costs[i] / perInstance[i]
	}
	return m
}

// value returns what the basis costs: no less than the linear program.
func (m *master) value() float64 {
	var sum float64
	for i, c := range m.costs {
		sum += float64(c * m.parts[i])
	}
	return sum
}

// saving returns how much an instance of a pattern would save beyond its price.
func (m *master) saving(cost float64, pattern []part) float64 {
	for _, p := range pattern {
		cost -= float64(m.prices[p.class] * float64(p.tasks))
	}
	return -cost
}

// enter brings a pattern into the basis.
func (m *master) enter(cost float64, pattern []part) bool {
	n := m.size
	for i := range n {
		row := m.inverse[i*n : (i+1)*n]
		var sum float64
		for _, p := range pattern {
			sum += float64(row[p.class] * float64(p.tasks))
		}
		m.column[i] = sum
	}
	return m.pivot(cost, m.saving(cost, pattern))
}

// settle lets go of cover that a class does not need, the one whose price is
// furthest below 0. It reports whether there is one.
func (m *master) settle() bool {
	least := 0
	for j, p := range m.prices {
		if p < m.prices[least] {
			least = j
		}
	}
	if m.prices[least] >= -priceTolerance {
		return false
	}
	for i := range m.size {
		m.column[i] = -m.inverse[i*m.size+least]
	}
	return m.pivot(0, -m.prices[least])
}

// pivot exchanges the column of the basis that first comes to nothing as the
// entering one, written out in the basis in m.column, grows.
func (m *master) pivot(cost, saving float64) bool {
	leaves, least := -1, 0.0
	for i, c := range m.column {
		if c <= pivotTolerance {
			continue
		}
		r := m.parts[i] / c
		if leaves < 0 || r < least || r == least && c > m.column[leaves] {
			leaves, least = i, r
		}
	}
	if leaves < 0 {
		return false
	}
	n := m.size
	row := m.inverse[leaves*n : (leaves+1)*n]
	scale := 1 / m.column[leaves]
	for j := range row {
		row[j] *= scale
	}
	m.parts[leaves] = least
	m.costs[leaves] = cost
	for i := range n {
		c := m.column[i]
		if i == leaves || c == 0 {
			continue
		}
		m.parts[i] = max(0, m.parts[i]-float64(c*least))
		other := m.inverse[i*n : (i+1)*n]
		for j, v := range row {
			other[j] -= float64(c * v)
		}
	}
	m.pivots++
	if m.pivots%64 == 0 { // before rounding adds up
		m.reprice()
		return true
	}
	for j, v := range row {
		m.prices[j] -= float64(saving * v)
	}
	return true
}

func (m *master) reprice() {
	n := m.size
	clear(m.prices)
	for i, c := range m.costs {
		if c == 0 {
			continue
		}
		for j, v := range m.inverse[i*n : (i+1)*n] {
			m.prices[j] += float64(c * v)
		}
	}
}
