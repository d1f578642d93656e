import { type RefObject, useState } from 'react';
import { letterOf } from '../state/names.ts';
import { useBlend } from '../state/page-context.ts';
import type { Team } from '../state/team.ts';
import { S } from '../strings.ts';
import { AttachButton, AttachmentList, useAttachments } from './attach-images.tsx';
import type { Attachment } from './attachments.ts';
import { EstimateButton } from './estimate-button.tsx';
import { TeamPanel } from './team-panel.tsx';

/** Where the question is written. One action asks, ranks and fuses. */
export function Composer({
  field,
  question,
  onQuestion,
  attachments,
  onAttachments,
  onSend,
  onStop,
  team,
  onTeam,
  isBlind,
  onBlind,
  continuing,
  onStartOver,
}: {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly question: string;
  readonly onQuestion: (question: string) => void;
  readonly attachments: readonly Attachment[];
  readonly onAttachments: (attachments: readonly Attachment[]) => void;
  readonly onSend: () => void;
  /** Undefined where nothing runs. */
  readonly onStop: (() => void) | undefined;
  readonly team: Team;
  readonly onTeam: (team: Team) => void;
  readonly isBlind: boolean;
  readonly onBlind: (isBlind: boolean) => void;
  /** Id of the answer that the question goes on from. */
  readonly continuing: string | undefined;
  readonly onStartOver: () => void;
}) {
  const turn = useBlend().turns.at(-1);
  const [isOpen, setOpen] = useState(false);
  const { add, problem, canAttach } = useAttachments(attachments, onAttachments);
  const isFusion = turn?.fusions.some(({ id }) => id === continuing) ?? false;
  return (
    <form
      className="composer"
      aria-label={S.composer.title}
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      {isOpen && <TeamPanel team={team} onTeam={onTeam} />}
      <AttachmentList attachments={attachments} problem={problem} onChange={onAttachments} />
      <div className="composer-line">
        <textarea
          id="question"
          ref={field}
          rows={1}
          aria-label={S.composer.label}
          placeholder={
            continuing === undefined || turn === undefined
              ? S.composer.placeholder
              : S.composer.continuing(isFusion ? S.composer.theAnswer : letterOf(turn, continuing))
          }
          dir="auto"
          value={question}
          onChange={(event) => onQuestion(event.target.value)}
          onPaste={(event) => {
            const files = [...event.clipboardData.files];
            if (files.length === 0 || !canAttach) return;
            event.preventDefault();
            void add(files);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              onSend();
            }
          }}
        />
        {onStop !== undefined && (
          <button type="button" className="stop-button" onClick={onStop}>
            {S.composer.stop} <kbd>{S.composer.stopHint}</kbd>
          </button>
        )}
        <button type="submit" className="main-button" disabled={question.trim() === ''}>
          {S.composer.blend} <kbd>{S.composer.blendHint}</kbd>
        </button>
      </div>
      <p className="composer-foot">
        <button
          type="button"
          className="quiet"
          title={S.team.title}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {S.composer.team}
        </button>
        <AttachButton isDisabled={!canAttach} onFiles={(files) => void add(files)} />
        <label className="tick" title={S.top.blindTitle}>
          <input type="checkbox" checked={isBlind} onChange={(event) => onBlind(event.target.checked)} />
          {S.top.blind}
        </label>
        {continuing !== undefined && (
          <button type="button" className="quiet" onClick={onStartOver}>
            {S.composer.startOver}
          </button>
        )}
        <EstimateButton question={question} attachments={attachments} team={team} continuing={continuing} />
      </p>
    </form>
  );
}
