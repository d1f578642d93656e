import { Modal } from '../parts/modal.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { useChoices } from '../state/page-context.ts';
import type { ModelOption } from '../api/choices.ts';
import { S } from '../strings.ts';

/** Which models there are, what each of them lacks, and how to add others. */
export function ModelsDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const choices = useChoices();
  return (
    <Modal title={S.models.title} isOpen={isOpen} onClose={onClose}>
      <p>{S.models.text}</p>
      <ul className="plain-list">
        {choices?.models.map((model) => (
          <li key={model.id}>
            <code>{model.id}</code> <span className="muted">{stateOf(model)}</span>
          </li>
        ))}
      </ul>
      <p>{S.models.how}</p>
      <figure className="code">
        <figcaption>
          <span />
          <CopyButton text={S.models.commands} what={S.text.code} />
        </figcaption>
        <pre tabIndex={0} aria-label={S.text.code}>
          <code>{S.models.commands}</code>
        </pre>
      </figure>
      <p className="muted">{S.models.after}</p>
    </Modal>
  );
}

function stateOf({ status, keyVariables, package: missing, download }: ModelOption): string {
  switch (status) {
    case 'missing-key':
      return S.models.missingKey(keyVariables);
    case 'missing-package':
      return S.models.missingPackage(missing ?? '');
    case 'not-downloaded':
      return S.models.notDownloaded(download?.bytes ?? undefined);
    default:
      return S.models.ready;
  }
}
