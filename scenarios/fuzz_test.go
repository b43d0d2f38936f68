package scenarios_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"berth/scenarios"
)

// Whatever a file holds, loading it ends in a scenario or in errors that say
// where, and what is reported as the scenario loads again.
func FuzzLoad(f *testing.F) {
	paths, _ := filepath.Glob("testdata/design/*.yaml")
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src), "seed=2")
	}
	golden, err := os.ReadFile("testdata/broken.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range strings.Split(string(golden), "=== ")[1:] {
		_, rest, _ := strings.Cut(c, "\n")
		document, _, _ := strings.Cut(rest, "--- \n")
		f.Add(document, "jobs.j.priority=1")
	}
	f.Add(pasted, `prices.ec2."m6i.large"=1`)
	f.Add(pastedServices, "services.web.desiredCount=3")
	f.Add(workers, "jobs[0].placementStrategy[0]=null")
	f.Fuzz(func(t *testing.T, document, set string) {
		file, err := scenarios.LoadBytes("x.yaml", []byte(document))
		if err != nil {
			located(t, err)
			return
		}
		for _, name := range append(file.Variants(), "") {
			s, err := file.Variant(name, []string{set})
			if err != nil {
				located(t, err)
				continue
			}
			again, err := scenarios.LoadBytes("x.yaml", s.Source)
			if err != nil {
				t.Fatalf("the resulting document does not load: %v\n%s", err, s.Source)
			}
			if _, err := again.Variant("", nil); err != nil {
				t.Fatalf("the resulting document is refused: %v\n%s", err, s.Source)
			}
		}
	})
}

func located(t *testing.T, err error) {
	t.Helper()
	var errs scenarios.Errors
	if !errors.As(err, &errs) || len(errs) == 0 {
		t.Fatalf("not located: %v", err)
	}
	for _, issue := range errs {
		if issue.Position.File == "" && issue.Position.Argument == "" || issue.Message == "" {
			t.Fatalf("%+v", issue)
		}
	}
	_ = errs.Format()
}
