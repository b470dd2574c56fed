/** Something to be watched, by the words of Prometheus. */
export interface Gauge {
  /** Begins with `segl_` and ends with its unit where it has one. */
  name: string;
  /** One line. */
  help: string;
  samples: readonly { labels?: Readonly<Record<string, string>>; value: number }[];
}

export const GAUGES_MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Gauges in the text format of Prometheus, version 0.0.4. */
export function writeGauges(gauges: readonly Gauge[]): string {
  return gauges
    .map(({ name, help, samples }) => {
      const lines = samples.map(({ labels = {}, value }) => `${name}${writeLabels(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
    })
    .join('');
}

function writeLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([label, value]) => `${label}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`,
  );
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}
