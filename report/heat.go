package report

import (
	"math"
	"math/bits"

	"berth/sim"
	"berth/sim/cluster"
)

// The heat map has at most this many rows and columns.
const (
	heatRows    = 256
	heatColumns = 256
)

// heat keeps, for each row of instances and each column of time, the integral
// of the dominant reserved share. A row stands for one instance, or for two,
// four and so on that follow each other in launch order; where the rows run
// out, pairs merge. A column is four buckets of the recorder wide.
type heat struct {
	shift  uint // a row stands for 1 << shift instances
	start  sim.Time
	width  sim.Time
	rows   []heatRow
	places []heatPlace // by instance
	next   int32       // number of the next launch, Fargate left out
	label  []string
	scale  []shareScale // by kind
}

type heatRow struct {
	share, instances int64 // present sums
	since            sim.Time
	until            sim.Time // end of the last column
	columns          []heatCell
}

// heatPlace is where an instance is shown, and how.
type heatPlace struct {
	row   int32
	share int32 // at present, in thousandths
}

type heatCell struct{ share, instances sim.Integral }

func newHeat(instances int) *heat {
	return &heat{shift: uint(bits.Len(uint(max(1, instances)-1) / heatRows)), width: sim.Second * maxBuckets / heatColumns}
}

func (h *heat) restart(now, bucket sim.Time) {
	h.start, h.width = now, bucket*maxBuckets/heatColumns
	for i := range h.rows {
		h.rows[i].columns = h.rows[i].columns[:0]
		h.rows[i].since, h.rows[i].until = now, now
	}
}

// advance brings a row up to now.
func (h *heat) advance(r *heatRow, now sim.Time) {
	for r.since < now {
		if r.since >= r.until {
			c := int((r.since - h.start) / h.width)
			for len(r.columns) <= c {
				r.columns = append(r.columns, heatCell{})
			}
			r.until = h.start + sim.Time(c+1)*h.width
		}
		end := min(now, r.until)
		cell := &r.columns[len(r.columns)-1]
		cell.share.Add(r.share, end-r.since)
		cell.instances.Add(r.instances, end-r.since)
		r.since = end
	}
}

// launch gives an instance its row.
func (h *heat) launch(r *Recorder, id cluster.InstanceID) {
	for h.next>>h.shift >= heatRows {
		h.mergeRows(r.now)
	}
	row := h.next >> h.shift
	h.next++
	for len(h.places) <= int(id) {
		h.places = append(h.places, heatPlace{})
	}
	h.places[id] = heatPlace{row: row}
	if int(row) == len(h.rows) {
		h.rows = append(h.rows, heatRow{since: max(r.now, h.start)})
		h.label = append(h.label, r.cluster.InstanceName(id))
	}
}

func (h *heat) mergeRows(now sim.Time) {
	for i := range h.rows {
		h.advance(&h.rows[i], now)
	}
	for i := 0; i < len(h.rows); i += 2 {
		a := h.rows[i]
		if i+1 < len(h.rows) {
			b := h.rows[i+1]
			a.share += b.share
			a.instances += b.instances
			a.until = max(a.until, b.until)
			for len(a.columns) < len(b.columns) {
				a.columns = append(a.columns, heatCell{})
			}
			for c := range b.columns {
				a.columns[c].share = a.columns[c].share.Plus(b.columns[c].share)
				a.columns[c].instances = a.columns[c].instances.Plus(b.columns[c].instances)
			}
		}
		h.rows[i/2], h.label[i/2] = a, h.label[i]
	}
	n := (len(h.rows) + 1) / 2
	h.rows, h.label = h.rows[:n], h.label[:n]
	h.shift++
	for i := range h.places {
		h.places[i].row /= 2
	}
}

// double merges pairs of columns.
func (h *heat) double(now sim.Time) {
	for i := range h.rows {
		r := &h.rows[i]
		h.advance(r, now)
		n := (len(r.columns) + 1) / 2
		for c := range n {
			cell := r.columns[2*c]
			if 2*c+1 < len(r.columns) {
				cell.share = cell.share.Plus(r.columns[2*c+1].share)
				cell.instances = cell.instances.Plus(r.columns[2*c+1].instances)
			}
			r.columns[c] = cell
		}
		r.columns = r.columns[:n]
		r.until = h.start + sim.Time(n)*2*h.width
	}
	h.width *= 2
}

func (h *heat) join(r *Recorder, id cluster.InstanceID) {
	row := &h.rows[h.places[id].row]
	h.advance(row, r.now)
	row.instances++
	h.change(r, id)
}

func (h *heat) leave(r *Recorder, id cluster.InstanceID) {
	place := &h.places[id]
	row := &h.rows[place.row]
	h.advance(row, r.now)
	row.instances--
	row.share -= int64(place.share)
	place.share = 0
}

// change takes over the present share of an instance.
func (h *heat) change(r *Recorder, id cluster.InstanceID) {
	place := &h.places[id]
	row := &h.rows[place.row]
	h.advance(row, r.now)
	now := h.reserved(r, r.cluster.Instance(id))
	row.share += now - int64(place.share)
	place.share = int32(now)
}

// reserved returns the dominant reserved share of an instance in thousandths.
func (h *heat) reserved(r *Recorder, i *cluster.Instance) int64 {
	for len(h.scale) <= int(i.Kind) {
		h.scale = append(h.scale, newShareScale(r.cluster.Kind(cluster.KindID(len(h.scale))).Capacity))
	}
	taken := r.cluster.Kind(i.Kind).Capacity.Sub(i.Free)
	return h.scale[i.Kind].dominant(taken) * 1000 / one
}

func (h *heat) close(now sim.Time) {
	for i := range h.rows {
		h.advance(&h.rows[i], now)
	}
}

// Heatmap returns the picture. Call it after [Recorder.Close].
func (r *Recorder) Heatmap() Heatmap {
	m := Heatmap{PerRow: 1 << r.heat.shift, Start: r.heat.start, Width: r.heat.width, Rows: r.heat.label}
	columns := 0
	for i := range r.heat.rows {
		columns = max(columns, len(r.heat.rows[i].columns))
	}
	for i := range r.heat.rows {
		shares := make([]float64, columns)
		for c := range shares {
			shares[c] = math.NaN()
			if c < len(r.heat.rows[i].columns) {
				if cell := r.heat.rows[i].columns[c]; !cell.instances.IsZero() {
					shares[c] = cell.share.Ratio(cell.instances) / 1000
				}
			}
		}
		m.Shares = append(m.Shares, shares)
	}
	return m
}
