import { useState } from 'react';
import { useChoices } from '../state/page-context.ts';
import { S } from '../strings.ts';
import { visibleText } from '../text/visible-text.ts';
import { type Attachment, chooseFiles, IMAGE_TYPES, readImage } from './attachments.ts';

/** Images for the question, and why one was not taken. */
export function useAttachments(attachments: readonly Attachment[], onChange: (all: readonly Attachment[]) => void) {
  // Until the server has said its limit nothing can be attached.
  const limit = useChoices()?.limits.bodyBytes ?? 0;
  const [problem, setProblem] = useState('');
  const add = async (files: readonly File[]) => {
    const { taken, wrongType, tooLarge } = chooseFiles(files, { attached: attachments, limit });
    const names = (some: readonly File[]) => some.map(({ name }) => visibleText(name)).join(', ');
    setProblem(
      [
        ...(wrongType.length > 0 ? [S.attach.wrongType(names(wrongType))] : []),
        ...(tooLarge.length > 0 ? [S.attach.tooLarge(names(tooLarge), limit)] : []),
      ].join(' '),
    );
    try {
      onChange([...attachments, ...(await Promise.all(taken.map(readImage)))]);
    } catch (error) {
      setProblem(S.server.failed(error instanceof Error ? error.message : String(error)));
    }
  };
  return { add, problem, canAttach: limit > 0 };
}

/** The button that takes images. */
export function AttachButton({
  isDisabled,
  onFiles,
}: {
  readonly isDisabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}) {
  return (
    <label className="quiet attach">
      <input
        type="file"
        className="unseen"
        multiple
        disabled={isDisabled}
        accept={IMAGE_TYPES.join()}
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          // The same file may be chosen again.
          target.value = '';
        }}
      />
      {S.attach.add}
    </label>
  );
}

/** The images that are attached. They are named and not shown: the page loads no image but its own. */
export function AttachmentList({
  attachments,
  problem,
  onChange,
}: {
  readonly attachments: readonly Attachment[];
  readonly problem: string;
  readonly onChange: (all: readonly Attachment[]) => void;
}) {
  return (
    <>
      {attachments.length > 0 && (
        <ul className="attachments" aria-label={S.attach.list}>
          {attachments.map(({ id, name, bytes }) => (
            <li key={id}>
              {visibleText(name)} <span className="muted">{S.attach.size(bytes)}</span>{' '}
              <button
                type="button"
                className="quiet"
                aria-label={S.attach.removeWhat(name)}
                onClick={() => onChange(attachments.filter((one) => one.id !== id))}
              >
                {S.attach.remove}
              </button>
            </li>
          ))}
        </ul>
      )}
      {problem !== '' && (
        <p className="bad small" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
