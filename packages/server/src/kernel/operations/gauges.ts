/** Something to be watched, by the words of Prometheus. */
export interface Gauge {
  /** Begins with `segl_` and ends with its unit where it has one. */
  name: string;
  /** One line. */
  help: string;
  samples: readonly { labels?: Readonly<Record<string, string>>; value: number }[];
}

/** Gauges in the text format of Prometheus, version 0.0.4, and its media type. */
export async function writeGauges(gauges: readonly Gauge[]): Promise<{ text: string; mediaType: string }> {
  // Not for the start: few are watched from the first second.
  const { Gauge: PrometheusGauge, Registry } = await import('prom-client');
  const registry = new Registry();
  for (const { name, help, samples } of gauges) {
    const labelNames = [...new Set(samples.flatMap(({ labels = {} }) => Object.keys(labels)))];
    const gauge = new PrometheusGauge({ name, help, labelNames, registers: [registry] });
    for (const { labels = {}, value } of samples) gauge.set(labels, value);
  }
  return { text: await registry.metrics(), mediaType: registry.contentType };
}
