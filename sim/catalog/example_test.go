package catalog_test

import (
	"fmt"
	"strings"

	"berth/sim/catalog"
)

func Example() {
	c := catalog.Embedded()

	m5, _ := c.Type("m5.large")
	fmt.Println(m5.Name, "registers", m5.Registered())

	price, _ := c.OnDemand("us-east-1", "m5.large")
	fmt.Println("on demand:", price.PerHour, "USD per hour,", price.Derivation)

	zone, _ := c.ZoneID("us-east-1b")
	spot, _ := c.Spot("us-east-1", zone, "m5.large")
	fmt.Println("Spot in", zone+":", spot.PerHour, "USD per hour")

	size, _ := c.FargateFit(1100, 3000)
	fmt.Println("on Fargate:", size)
	// Output:
	// m5.large registers cpu 2048, memory 7811 MiB
	// on demand: 0.096 USD per hour, AWS list price of 2026-07-20
	// Spot in use1-az2: 0.033958788 USD per hour
	// on Fargate: 2048 CPU units with 4096 MiB
}

func ExampleReadPrices() {
	file, err := catalog.ReadPrices(strings.NewReader(`class,region,item,usd,date
ec2,eu-west-1,m7i.large,0.1123,2026-09
`), "prices.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := catalog.Embedded().With(file.Overrides())
	if err != nil {
		fmt.Println(err)
		return
	}
	price, _ := c.OnDemand("eu-west-1", "m7i.large")
	fmt.Println(price.PerHour, price.Date, price.Derivation)
	// Output: 0.1123 2026-09 given in prices.csv:2
}

func ExampleCatalog_With() {
	// A savings plan for instances, and a price from a private offer.
	c, err := catalog.Embedded().With(catalog.Overrides{
		Entries:   []catalog.Entry{{Class: catalog.EC2, Item: "c5.large", Price: catalog.FromUSD(0.08)}},
		Discounts: map[catalog.Class]float64{catalog.EC2: 0.28},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"c5.large", "m5.large"} {
		price, _ := c.OnDemand("us-east-1", name)
		fmt.Println(name, price.PerHour, price.Derivation)
	}
	// Output:
	// c5.large 0.0576 given in the scenario, less 28 % (discount on ec2)
	// m5.large 0.06912 AWS list price of 2026-07-20, less 28 % (discount on ec2)
}
