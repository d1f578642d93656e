import type { StepCost, TurnState } from '../api/types.ts';
import { formatCost, formatCount, formatSeconds } from '../state/format.ts';
import { useBlend } from '../state/page-context.ts';
import { S } from '../strings.ts';

interface Step {
  readonly name: string;
  readonly ms: number;
  readonly usage: StepCost['usage'];
}

function sum(costs: readonly StepCost['usage'][]): StepCost['usage'] {
  const add = (key: 'inputTokens' | 'outputTokens' | 'cost') =>
    costs.reduce<number | undefined>(
      (total, one) => (total === undefined || one[key] === undefined ? undefined : total + one[key]),
      0,
    );
  return {
    calls: costs.reduce((total, { calls }) => total + calls, 0),
    inputTokens: add('inputTokens'),
    outputTokens: add('outputTokens'),
    cost: add('cost'),
  };
}

/** The steps of a turn that have ended, with what they took. */
function stepsOf(turn: TurnState): readonly Step[] {
  const steps: Step[] = [];
  const candidates = turn.calls.flatMap(({ candidate }) => (candidate === undefined ? [] : [candidate]));
  const failures = turn.calls.flatMap(({ failure }) => (failure?.usage === undefined ? [] : [failure.usage]));
  if (candidates.length > 0) {
    steps.push({
      name: S.cost.asking,
      ms: Math.max(...candidates.map(({ timings }) => timings.totalMs)),
      usage: sum([...candidates.map(({ usage }) => usage), ...failures]),
    });
  }
  if (turn.ranking?.cost !== undefined) steps.push({ name: S.cost.ranking, ...turn.ranking.cost });
  for (const [index, { costs }] of turn.fusions.entries()) {
    if (costs.length === 0) continue;
    const ms = costs.reduce((total, one) => total + one.ms, 0);
    steps.push({ name: S.answer.fusion(index + 1), ms, usage: sum(costs.map(({ usage }) => usage)) });
  }
  return steps;
}

/** Time, tokens and cost of each step, and of the session. */
export function Steps({ turn }: { readonly turn: TurnState }) {
  const { usage } = useBlend();
  const steps = stepsOf(turn);
  if (steps.length === 0) return null;
  return (
    <details className="steps">
      <summary>
        {S.cost.steps}{' '}
        <span className="muted" title={S.cost.title}>
          {formatCost(usage.cost)}
        </span>
      </summary>
      <div className="scroll" tabIndex={0} role="region" aria-label={S.cost.steps}>
        <table>
          <thead>
            <tr>
              {[S.cost.step, S.cost.time, S.cost.calls, S.cost.tokensIn, S.cost.tokensOut, S.cost.price].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps.map(({ name, ms, usage: of }) => (
              <Row key={name} name={name} time={formatSeconds(ms)} usage={of} />
            ))}
            <Row name={S.cost.total} time="" usage={usage} />
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Row({
  name,
  time,
  usage,
}: {
  readonly name: string;
  readonly time: string;
  readonly usage: StepCost['usage'];
}) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{time}</td>
      <td>{usage.calls}</td>
      <td>{formatCount(usage.inputTokens)}</td>
      <td>{formatCount(usage.outputTokens)}</td>
      <td>{formatCost(usage.cost)}</td>
    </tr>
  );
}
