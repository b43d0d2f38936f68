package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Services with a noisy load on Fargate, each of which is scaled. The figure to
// look at is that of a service and minute.
func BenchmarkServicesUnderLoad(b *testing.B) {
	for _, c := range []struct{ services, days int }{{100, 1}, {1000, 1}, {100, 7}} {
		var text strings.Builder
		fmt.Fprintf(&text, "region: us-east-1\nduration: %dd\ncluster: {capacityProviders: [{name: FARGATE}]}\n", c.days)
		text.WriteString("taskDefinitions: {web: {cpu: 512, memory: 1024, imageSizeMiB: 350, startup: 15s, stopTimeout: 30s}}\nservices:\n")
		for i := range c.services {
			fmt.Fprintf(&text, `  - name: s%d
    taskDefinition: web
    desiredCount: 4
    launchType: FARGATE
    load: {requestsPerSecond: {profile: {base: %d, daily: {amplitude: 0.6, peak: "%02d:00"}, noise: {cv: 0.08, correlation: 10m}}}, perRequest: {cpuSeconds: 0.012, latency: 30ms}, timeout: 2s}
    scaling: {minCapacity: 2, maxCapacity: 60, targetTracking: [{name: cpu, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 60, scaleOutCooldown: 60s}]}
`, i, 100+i%50, i%24)
		}
		b.Run(fmt.Sprintf("services=%d/days=%d", c.services, c.days), func(b *testing.B) {
			file, err := LoadBytes("bench.yaml", []byte(text.String()))
			require.NoError(b, err)
			s, err := file.Variant("", nil)
			require.NoError(b, err)
			for b.Loop() {
				runScenario(b, s, Options{})
			}
			minutes := float64(b.N) * float64(c.services) * float64(c.days) * 24 * 60
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/minutes, "ns/service-minute")
		})
	}
}
