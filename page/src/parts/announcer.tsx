import { useEffect, useRef, useState } from 'react';
import { useBlend, usePage } from '../state/page-context.ts';
import { phaseOf } from '../state/progress.ts';
import { S } from '../strings.ts';

/** Says to screen readers what the blend does now: phases alone, never each token. */
export function Announcer() {
  const turn = useBlend().turns.at(-1);
  const { mode } = usePage();
  const phase = turn === undefined || mode === 'past' ? 'none' : phaseOf(turn).name;
  const isOver = turn?.result !== undefined || turn?.error !== undefined;
  const before = useRef(phase);
  const [said, say] = useState('');
  const { error, calls } = turn ?? {};
  const planned = calls?.length ?? 0;
  useEffect(() => {
    if (before.current === phase) return;
    before.current = phase;
    const words: Readonly<Record<string, string>> = {
      asking: S.say.started(planned),
      ranking: S.say.ranking,
      analysing: S.say.fusing,
      writing: S.say.fusing,
      checking: S.say.checking,
      idle: error === undefined ? (isOver ? S.say.done : '') : S.say.failed,
    };
    say(words[phase] ?? '');
  }, [phase, isOver, error, planned]);
  return (
    <div className="unseen" role="status" aria-live="polite">
      {said}
    </div>
  );
}
