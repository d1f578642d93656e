import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { S } from '../strings.ts';

/** A dialog over the page. */
export function Modal({
  title,
  description,
  isOpen,
  onClose,
  children,
  size = 'normal',
}: {
  readonly title: string;
  readonly description?: string | undefined;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly size?: 'normal' | 'wide';
}) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className={`modal modal-${size}`}>
          <header className="modal-head">
            <Dialog.Title className="modal-title">{title}</Dialog.Title>
            <Dialog.Close className="quiet">{S.member.close}</Dialog.Close>
          </header>
          {description !== undefined && <Dialog.Description className="muted">{description}</Dialog.Description>}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
