import { useState } from 'react';
import type { BlendMember } from '../api/types.ts';
import { Modal } from '../parts/modal.tsx';
import { NumberField } from '../parts/number-field.tsx';
import { shortModel } from '../state/names.ts';
import { useChoices } from '../state/page-context.ts';
import type { MemberDraft } from '../state/team.ts';
import { S } from '../strings.ts';

/** A model with its number of answers and its parameters: a new one, or other settings of one that takes part. */
export function MemberForm({
  member,
  onDone,
  onClose,
}: {
  /** Undefined: a new one. */
  readonly member: BlendMember | undefined;
  readonly onDone: (draft: MemberDraft) => void;
  readonly onClose: () => void;
}) {
  const choices = useChoices();
  const models = choices?.models.filter(({ roles }) => roles.includes('member')).map(({ id }) => id) ?? [];
  const [draft, setDraft] = useState<MemberDraft>({
    model: member?.model ?? models[0] ?? '',
    samples: member?.samples ?? 1,
    temperature: member?.settings.temperature,
    topP: member?.settings.topP,
    maxOutputTokens: member?.settings.maxOutputTokens,
  });
  const change = (part: Partial<MemberDraft>) => setDraft({ ...draft, ...part });
  return (
    <Modal
      title={member === undefined ? S.member.addTitle : S.member.changeTitle(shortModel(member.model))}
      isOpen
      onClose={onClose}
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          onDone(draft);
        }}
      >
        <label>
          {S.member.model}
          <select value={draft.model} onChange={(event) => change({ model: event.target.value })}>
            {[...new Set([draft.model, ...models])].map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
        <NumberField
          label={S.member.samples}
          value={draft.samples}
          min={1}
          max={choices?.limits.samples ?? 8}
          onChange={(samples) => change({ samples: samples ?? 1 })}
        />
        <NumberField
          label={S.member.temperature}
          value={draft.temperature}
          min={0}
          max={2}
          onChange={(temperature) => change({ temperature })}
        />
        <NumberField label={S.member.topP} value={draft.topP} min={0} max={1} onChange={(topP) => change({ topP })} />
        <NumberField
          label={S.member.maxOutputTokens}
          value={draft.maxOutputTokens}
          min={1}
          onChange={(maxOutputTokens) => change({ maxOutputTokens })}
        />
        <button type="submit" className="main-button" disabled={draft.model === ''}>
          {member === undefined ? S.member.add : S.member.change}
        </button>
      </form>
    </Modal>
  );
}
