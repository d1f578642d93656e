import { Tabs } from '@base-ui/react/tabs';
import { useState } from 'react';
import { AnswerZone } from '../answer/answer-zone.tsx';
import { Steps } from '../answer/steps.tsx';
import { VoteBar } from '../blind/vote-bar.tsx';
import { CandidatesZone } from '../candidates/candidates-zone.tsx';
import { useMedia } from '../parts/use-media.ts';
import { Matrix } from '../ranking/matrix.tsx';
import { PairDialog } from '../ranking/pair-dialog.tsx';
import { RankingZone } from '../ranking/ranking-zone.tsx';
import { usePage } from '../state/page-context.ts';
import type { TurnView } from '../state/page-context.ts';
import { S } from '../strings.ts';

/** One question and what became of it: candidates, ranking and answer, as tabs on a phone. */
export function Turn({ view }: { readonly view: TurnView }) {
  const isPhone = useMedia('(max-width: 639px)');
  const { isBlind, vote: voted } = usePage();
  const [pair, setPair] = useState<readonly [string, string]>();
  const answer = <AnswerZone view={view} onPair={setPair} />;
  const candidates = <CandidatesZone view={view} />;
  const ranking = <RankingZone view={view} />;
  const matrix = <Matrix view={view} onPair={setPair} />;
  const dialog = pair !== undefined && <PairDialog view={view} pair={pair} onClose={() => setPair(undefined)} />;
  const vote = isBlind && (view.isHidden || voted !== undefined) && <VoteBar view={view} />;
  if (isPhone) {
    const zones = { answer, candidates, ranking, matrix };
    return (
      <>
        {vote}
        <Tabs.Root defaultValue={view.isHidden ? 'candidates' : 'answer'} className="tabs">
          <Tabs.List className="tab-list">
            {Object.keys(zones).map((zone) => (
              <Tabs.Tab key={zone} value={zone} className="tab">
                {S.zones[zone as keyof typeof zones]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {Object.entries(zones).map(([zone, content]) => (
            <Tabs.Panel key={zone} value={zone} className="tab-panel">
              {content}
            </Tabs.Panel>
          ))}
        </Tabs.Root>
        <Steps turn={view.turn} />
        {dialog}
      </>
    );
  }
  return (
    <>
      {vote}
      <div className="columns">
        <div className="main-column">
          {answer}
          {candidates}
        </div>
        <aside className="side" aria-label={S.zones.ranking}>
          {ranking}
          {matrix}
          <Steps turn={view.turn} />
        </aside>
      </div>
      {dialog}
    </>
  );
}
