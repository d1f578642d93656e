import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { TallyRow } from './tally.ts';

const WIDTH = 1100;
const HEIGHT = 520;

/** A line or a point of both panels, as [share of the pairs in per cent, value]. */
interface Series {
  readonly name: string;
  readonly color: string;
  readonly isDashed: boolean;
  readonly rows: readonly TallyRow[];
}

/** An SVG with the quality of the best candidate, and agreement with all pairs, by the share of pairs: means of judges. */
export function drawCurve(rows: readonly TallyRow[]): string {
  const of = (strategy: string, aggregation: string, settings: (setting: string) => boolean = () => true) =>
    rows.filter((row) => row.strategy === strategy && row.aggregation === aggregation && settings(row.setting));
  const series: readonly Series[] = [
    {
      name: 'adaptive, stopped by its confidence',
      color: '#b2182b',
      isDashed: false,
      rows: of('adaptive', 'expected-logits'),
    },
    {
      name: 'adaptive, stopped by a number of pairs',
      color: '#ef8a62',
      isDashed: false,
      rows: of('adaptive, pairs limited', 'expected-logits'),
    },
    {
      name: 'random pairs, least squares',
      color: '#08519c',
      isDashed: true,
      rows: of('random pairs', 'least-squares'),
    },
    {
      name: 'random pairs, Bradley-Terry',
      color: '#3182bd',
      isDashed: true,
      rows: of('random pairs', 'bradley-terry'),
    },
    { name: 'random pairs, MaxLogits', color: '#41ab5d', isDashed: true, rows: of('random pairs', 'max-logits') },
    { name: 'random pairs, Borda', color: '#807dba', isDashed: true, rows: of('random pairs', 'borda') },
    { name: 'random pairs, MaxWins', color: '#969696', isDashed: true, rows: of('random pairs', 'max-wins') },
    { name: 'bubble, least squares', color: '#000000', isDashed: false, rows: of('bubble', 'least-squares') },
    { name: 'sort, least squares', color: '#8c510a', isDashed: false, rows: of('sort', 'least-squares') },
  ];
  const panels = [
    drawPanel({ title: 'Quality of the best candidate, all pairs = 1', left: 70, series, value: (row) => row.quality }),
    drawPanel({
      title: 'Agreement with the best of all pairs',
      left: 70 + WIDTH / 2,
      series,
      value: (row) => row.agreement,
    }),
  ];
  const legend = series.map(({ name, color, isDashed }, index) => {
    const [x, y] = [70 + (index % 3) * 350, HEIGHT - 70 + Math.floor(index / 3) * 22];
    return `<path d="M${x},${y}h30" ${stroke(color, isDashed)}/><text x="${x + 38}" y="${y + 4}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${[...panels, ...legend].join('\n')}
</svg>
`;
}

/** One panel: axes, and a line with a point for each setting of each series. */
function drawPanel({
  title,
  left,
  series,
  value,
}: {
  title: string;
  left: number;
  series: readonly Series[];
  value: (row: TallyRow) => number;
}): string {
  const [top, right, bottom] = [50, left + WIDTH / 2 - 100, HEIGHT - 130];
  const points = series.map((entry) => pointsOf(entry.rows, value));
  const heights = points.flat().map(([, height]) => height);
  const x = scaleLinear([0, 100], [left, right]);
  const y = scaleLinear([Math.min(1, ...heights), Math.max(1, ...heights)], [bottom, top]).nice();
  const path = line<readonly [number, number]>(
    ([share]) => x(share),
    ([, height]) => y(height),
  ).digits(1);
  const gridLines = y.ticks(6).map(
    (tick) =>
      `<path d="M${left},${y(tick).toFixed(1)}H${right}" stroke="#ddd"/>
<text x="${left - 8}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${y.tickFormat(6)(tick)}</text>`,
  );
  const marks = x.ticks(5).map((tick) => `<text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`);
  const lines = series.map(({ color, isDashed }, index) => {
    const dots = (points[index] ?? []).map(
      ([share, height]) => `<circle cx="${x(share).toFixed(1)}" cy="${y(height).toFixed(1)}" r="3.5" fill="${color}"/>`,
    );
    return `<path d="${path(points[index] ?? []) ?? ''}" ${stroke(color, isDashed)}/>${dots.join('')}`;
  });
  return `<text x="${left}" y="26" font-size="14" font-weight="bold">${title}</text>
${[...gridLines, ...marks, ...lines].join('\n')}
<path d="M${left},${top}V${bottom}H${right}" fill="none" stroke="#333"/>
<text x="${(left + right) / 2}" y="${bottom + 38}" text-anchor="middle">pairs asked, % of all</text>`;
}

function stroke(color: string, isDashed: boolean): string {
  return `fill="none" stroke="${color}" stroke-width="2"${isDashed ? ' stroke-dasharray="6 4"' : ''}`;
}

/** One point a setting: means over the judges. */
function pointsOf(rows: readonly TallyRow[], value: (row: TallyRow) => number): readonly (readonly [number, number])[] {
  const settings = [...new Set(rows.map(({ setting }) => setting))];
  return settings
    .map((setting) => {
      const same = rows.filter((row) => row.setting === setting);
      const mean = (pick: (row: TallyRow) => number) => same.reduce((sum, row) => sum + pick(row), 0) / same.length;
      return [100 * mean(({ share }) => share), mean(value)] as const;
    })
    .toSorted(([first], [second]) => first - second);
}
