import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { SimulationOptions, SimulationSample } from '../../src/batch/queue/__fixtures__/simulated-job.ts';

const WIDTH = 1000;
const HEIGHT = 460;
const [LEFT, RIGHT] = [80, WIDTH - 30];
const HOUR_MS = 3_600_000;
/** Top and bottom of the panels. */
const RECORDS = [50, 260] as const;
const WORKERS = [310, 400] as const;

type Drawn = Pick<SimulationOptions, 'emptiedAt' | 'refusals' | 'ranges' | 'rangeSize' | 'workers'> & {
  /** How long the job takes without failures. */
  readonly idealMs: number;
};

/** An SVG with the records that are finished, and the workers at work, by the hour. */
export function drawSimulation(samples: readonly SimulationSample[], drawn: Drawn): string {
  const records = drawn.ranges * drawn.rangeSize;
  const x = scaleLinear([0, (samples.at(-1)?.at ?? 0) / HOUR_MS], [LEFT, RIGHT]);
  const done = scaleLinear([0, records / 1e6], [RECORDS[1], RECORDS[0]]);
  const alive = scaleLinear([0, drawn.workers], [WORKERS[1], WORKERS[0]]);
  const path = (value: (sample: SimulationSample) => number) =>
    line<SimulationSample>(({ at }) => x(at / HOUR_MS), value).digits(1)(samples) ?? '';
  const marks = [
    ...drawn.emptiedAt.map((at) => mark(x(at / HOUR_MS), 'queue emptied')),
    ...drawn.refusals.map(({ at }) => mark(x(at / HOUR_MS), 'storage away')),
  ];
  const hours = x
    .ticks(10)
    .map((hour) => `<text x="${x(hour).toFixed(1)}" y="${WORKERS[1] + 18}" text-anchor="middle">${hour}</text>`);
  const millions = done.ticks(5).map((value) => grid(done(value), `${value} M`));
  const counts = [0, drawn.workers / 2, drawn.workers].map((value) => grid(alive(value), String(value)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="26" font-size="14" font-weight="bold">Records finished</text>
${[...millions, ...marks].join('\n')}
<path d="M${x(0)},${done(0)}L${x(drawn.idealMs / HOUR_MS).toFixed(1)},${done(records / 1e6)}" fill="none" stroke="#969696" stroke-width="2" stroke-dasharray="6 4"/>
<path d="${path(({ finished }) => done(finished / 1e6))}" fill="none" stroke="#08519c" stroke-width="2"/>
<path d="${path(({ repeated }) => done(repeated / 1e6))}" fill="none" stroke="#b2182b" stroke-width="2"/>
<text x="${LEFT}" y="${WORKERS[0] - 14}" font-size="14" font-weight="bold">Workers at work</text>
${counts.join('\n')}
<path d="${path(({ workers }) => alive(workers))}" fill="none" stroke="#41ab5d" stroke-width="1.5"/>
${hours.join('\n')}
<text x="${(LEFT + RIGHT) / 2}" y="${WORKERS[1] + 38}" text-anchor="middle">hours</text>
<path d="M600,26h30" stroke="#08519c" stroke-width="2"/><text x="638" y="30">finished</text>
<path d="M700,26h30" stroke="#969696" stroke-width="2" stroke-dasharray="6 4"/><text x="738" y="30">without failures</text>
<path d="M850,26h30" stroke="#b2182b" stroke-width="2"/><text x="888" y="30">done twice</text>
</svg>
`;
}

function grid(y: number, text: string): string {
  return `<path d="M${LEFT},${y.toFixed(1)}H${RIGHT}" stroke="#ddd"/><text x="${LEFT - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end">${text}</text>`;
}

function mark(x: number, text: string): string {
  return `<path d="M${x.toFixed(1)},${RECORDS[0]}V${WORKERS[1]}" stroke="#ef8a62" stroke-dasharray="2 3"/><text x="${(x + 4).toFixed(1)}" y="${RECORDS[1] - 8}" fill="#b2182b">${text}</text>`;
}
