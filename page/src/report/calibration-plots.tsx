import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';

const SIZE = 220;
/** Room for the numbers of the axes, and around the plot. */
const EDGE = 46;
const ROOM = 8;

/** What probabilities are worth: beside each forecast, how often it came true. */
export function CalibrationPlots({ results: { calibrations } }: { readonly results: EvaluationResults }) {
  if (calibrations === undefined || calibrations.length === 0) return null;
  return (
    <section aria-labelledby="calibration-title">
      <h2 id="calibration-title">Calibration</h2>
      <p className="caption">
        How often answers won that a ranker gave a certain probability. On the diagonal, the probabilities are right: of
        the answers with 0.7, 70 % win. Lines are intervals of the share.
      </p>
      <div className="plots">
        {calibrations.map(({ ranker, calibration: { ece, brier, forecasts, bins } }) => (
          <figure key={ranker}>
            <figcaption>
              {ranker}: expected calibration error {ece.value.toFixed(3)}, Brier {brier.value.toFixed(3)}, {forecasts}{' '}
              forecasts
            </figcaption>
            <svg
              viewBox={`0 ${-ROOM} ${EDGE + SIZE + ROOM} ${ROOM + SIZE + EDGE}`}
              role="img"
              aria-label={`Calibration of ${ranker}`}
            >
              <path className="axis" d={`M${EDGE} 0V${SIZE}H${SIZE + EDGE}`} />
              <path className="diagonal" d={`M${EDGE} ${SIZE}L${SIZE + EDGE} 0`} />
              <text x={EDGE + SIZE / 2} y={SIZE + 34} textAnchor="middle">
                probability given
              </text>
              <text transform={`translate(12 ${SIZE / 2}) rotate(-90)`} textAnchor="middle">
                share that won
              </text>
              {[0, 0.5, 1].map((tick) => (
                <g key={tick}>
                  <text x={EDGE + SIZE * tick} y={SIZE + 16} textAnchor="middle">
                    {tick}
                  </text>
                  <text x={EDGE - 6} y={SIZE * (1 - tick) + 4} textAnchor="end">
                    {tick}
                  </text>
                </g>
              ))}
              {bins.flatMap(({ from, to, forecasts: count, meanProbability, observed }) => {
                if (meanProbability === undefined || observed === undefined) return [];
                const x = EDGE + SIZE * meanProbability;
                const y = (share: number) => SIZE * (1 - share);
                return (
                  <g key={from}>
                    <title>{`From ${from} to ${to}: ${count} forecasts, ${(observed.share * 100).toFixed(0)} % won`}</title>
                    <line className="mark" x1={x} x2={x} y1={y(observed.low)} y2={y(observed.high)} />
                    <circle className="mark" cx={x} cy={y(observed.share)} r="4" />
                  </g>
                );
              })}
            </svg>
          </figure>
        ))}
      </div>
    </section>
  );
}
