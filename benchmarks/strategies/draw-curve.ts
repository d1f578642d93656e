import * as echarts from 'echarts';
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

/** Quality of the pick, and agreement with all pairs, against the comparisons asked: means over the judges. As SVG. */
export function drawCurve(rows: readonly TallyRow[]): string {
  const of = (strategy: string, aggregation: string, settings: (setting: string) => boolean = () => true) =>
    rows.filter((row) => row.strategy === strategy && row.aggregation === aggregation && settings(row.setting));
  const series: readonly Series[] = [
    {
      name: 'adaptive, until confident',
      color: '#b2182b',
      isDashed: false,
      rows: of('adaptive', 'least-squares'),
    },
    {
      name: 'adaptive, pairs limited',
      color: '#ef8a62',
      isDashed: false,
      rows: of('adaptive, pairs limited', 'least-squares'),
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
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  const panels = [
    { title: 'Quality of the pick, all pairs = 1', value: (row: TallyRow) => row.quality, left: 60, most: 1.1 },
    {
      title: 'Share of picks that all pairs agree with',
      value: (row: TallyRow) => row.agreement,
      left: 60 + WIDTH / 2,
      most: 1,
    },
  ];
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'Helvetica, Arial, sans-serif' },
    title: panels.map(({ title, left }) => ({ text: title, left: left - 20, top: 8, textStyle: { fontSize: 14 } })),
    grid: panels.map(({ left }) => ({ left, top: 50, width: WIDTH / 2 - 90, height: HEIGHT - 180 })),
    legend: {
      // Without a browser the widths of texts are guesses.
      textStyle: { width: 200, overflow: 'truncate' },
      itemGap: 36,
      bottom: 6,
      data: series.map(({ name }) => name),
      itemWidth: 30,
    },
    xAxis: panels.map((_, gridIndex) => ({
      gridIndex,
      type: 'value',
      min: 0,
      max: 100,
      name: 'pairs asked, % of all',
      nameLocation: 'middle',
      nameGap: 26,
    })),
    yAxis: panels.map(({ most }, gridIndex) => ({ gridIndex, type: 'value', max: most, scale: true })),
    series: panels.flatMap(({ value }, panel) =>
      series.map(({ name, color, isDashed, rows: own }) => ({
        name,
        type: 'line',
        xAxisIndex: panel,
        yAxisIndex: panel,
        data: pointsOf(own, value),
        color,
        symbolSize: 7,
        lineStyle: { width: 2, type: isDashed ? 'dashed' : 'solid' },
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
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
