/** Calls an observer; an observer that throws or rejects never breaks the work it observes. */
export function notify<EVENT>(observer: ((event: EVENT) => unknown) | undefined, event: EVENT): void {
  if (observer === undefined) return;
  try {
    const returned = observer(event);
    if (returned instanceof Promise) returned.catch(() => {});
  } catch {
    // Deliberately dropped: see above.
  }
}
