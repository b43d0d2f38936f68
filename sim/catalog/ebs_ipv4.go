package catalog

// priceRegion is the region whose prices stand for those of regions of which
// none is known.
const priceRegion = "us-east-1"

// EBSGP3 returns what a GB of a gp3 volume costs for a month in a region, with
// the IOPS and throughput that are included; false if there is no such region.
// Where the price is not known it is that of us-east-1, and the derivation says
// so.
func (c *Catalog) EBSGP3(region string) (MonthlyPrice, bool) {
	p, ok := c.service(EBS, region, "gp3")
	return MonthlyPrice{p.PerHour, p.Date, p.Derivation}, ok
}

// PublicIPv4 returns what a public IPv4 address costs in a region, in use or
// not; false if there is no such region. Where the price is not known it is that
// of us-east-1, and the derivation says so.
func (c *Catalog) PublicIPv4(region string) (Price, bool) {
	return c.service(PublicIPv4, region, "publicIpv4")
}

func (c *Catalog) service(class Class, region, item string) (Price, bool) {
	if !c.Region(region) {
		return Price{}, false
	}
	p, given := c.given(key{class: class, region: region})
	if !given {
		if list, known := c.tables.service()[serviceKey{region, item}]; known {
			p = Price{list.usd, list.date, "AWS list price of " + list.date}
		} else {
			list := c.tables.service()[serviceKey{priceRegion, item}]
			p = Price{list.usd, list.date, "AWS list price of " + list.date + " in " + priceRegion + ", that of " + region + " not being known"}
		}
	}
	return c.less(class, p), true
}

type serviceKey struct{ region, item string }

func readServices() map[serviceKey]datedUSD {
	prices := make(map[serviceKey]datedUSD)
	eachRecord("services.csv", func(r record) {
		prices[serviceKey{r.fields[0], r.fields[1]}] = datedUSD{r.usd(2), r.fields[3]}
	})
	return prices
}
