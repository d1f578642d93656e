import { useCallback, useEffect, useRef, useState } from 'react';
import { getChoices } from './api/blends-client.ts';
import { ServerError } from './api/request.ts';
import type { Choices } from './api/choices.ts';
import { type Attachment, questionContent } from './composer/attachments.ts';
import { Composer } from './composer/composer.tsx';
import { FirstRun } from './first-run/first-run.tsx';
import { ModelsDialog } from './first-run/models-dialog.tsx';
import { HistoryDialog } from './history/history-dialog.tsx';
import { Announcer } from './parts/announcer.tsx';
import { Notices } from './parts/notices.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { listHistory } from './state/history.ts';
import { ChoicesContext, useBlend, useController, usePage } from './state/page-context.ts';
import { answerIdOf } from './state/names.ts';
import { phaseOf } from './state/progress.ts';
import { blindTeam, type Team, USUAL_TEAM } from './state/team.ts';
import { S } from './strings.ts';
import { Conversation } from './turn/conversation.tsx';

/** The whole page. */
export function App() {
  const controller = useController();
  const page = usePage();
  const { turns } = useBlend();
  const [choices, setChoices] = useState<Choices>();
  const [team, setTeam] = useState<Team>(USUAL_TEAM);
  const [question, setQuestion] = useState('');
  const [attachments, setAttachments] = useState<readonly Attachment[]>([]);
  const [wantsBlind, setWantsBlind] = useState(false);
  // Undefined = from the answer, null = from none: a new conversation.
  const [chosen, setContinuing] = useState<string | null>();
  const [dialog, setDialog] = useState<'history' | 'models'>();
  const field = useRef<HTMLTextAreaElement>(null);

  const loadChoices = useCallback(async () => {
    try {
      setChoices(await getChoices());
      controller.set({ needsKey: false, error: undefined });
    } catch (error) {
      if (error instanceof ServerError && error.status === 401) controller.set({ needsKey: true });
      else controller.set({ error: error instanceof TypeError ? S.server.gone : S.server.failed(String(error)) });
    }
  }, [controller]);

  useEffect(() => {
    void loadChoices();
    void listHistory().then(
      (entries) => controller.restore(entries),
      // A browser may keep nothing; the page works without.
      () => {},
    );
  }, [controller, loadChoices]);

  const last = turns.at(-1);
  // Before the first part comes it runs as well.
  const isBusy = page.mode === 'live' && (last === undefined || phaseOf(last).name !== 'idle');
  const canContinue = page.mode === 'live' && last !== undefined;
  const continuing = !canContinue || chosen === null ? undefined : (chosen ?? answerIdOf(last));

  useEffect(() => {
    const stop = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('[role="dialog"]') !== null)
        return;
      if (isBusy) void controller.act({ type: 'stop' });
    };
    addEventListener('keydown', stop);
    return () => removeEventListener('keydown', stop);
  }, [controller, isBusy]);

  const send = async (text: string) => {
    const asked = text.trim();
    if (asked === '') return;
    setQuestion('');
    setAttachments([]);
    setContinuing(undefined);
    const isTaken =
      continuing === undefined
        ? await controller.ask(questionContent(asked, attachments), {
            team: wantsBlind ? blindTeam(team) : team,
            isBlind: wantsBlind,
          })
        : await controller.continueFrom(continuing, questionContent(asked, attachments));
    if (isTaken) return;
    setQuestion((typed) => (typed === '' ? text : typed));
    setAttachments(attachments);
  };

  const edit = (text: string) => {
    setQuestion(text);
    setContinuing(null);
    field.current?.focus();
  };

  return (
    <ChoicesContext value={choices}>
      <a className="skip" href="#question">
        {S.skip}
      </a>
      <TopBar
        onNew={() => {
          setContinuing(undefined);
          controller.clear();
          field.current?.focus();
        }}
        onHistory={() => setDialog('history')}
        onModels={() => setDialog('models')}
      />
      <main className="page">
        <Notices onAskAgain={() => edit(last?.question ?? '')} onKey={() => void loadChoices()} />
        {last === undefined ? (
          !page.needsKey && <FirstRun onAsk={(text) => void send(text)} onModels={() => setDialog('models')} />
        ) : (
          <Conversation
            onEdit={edit}
            onContinue={
              canContinue
                ? (id) => {
                    setContinuing(id);
                    field.current?.focus();
                  }
                : undefined
            }
          />
        )}
      </main>
      <Composer
        field={field}
        question={question}
        onQuestion={setQuestion}
        attachments={attachments}
        onAttachments={setAttachments}
        onSend={() => void send(question)}
        onStop={isBusy ? () => void controller.act({ type: 'stop' }) : undefined}
        team={team}
        onTeam={setTeam}
        isBlind={wantsBlind}
        onBlind={setWantsBlind}
        continuing={continuing}
        onStartOver={() => setContinuing(null)}
      />
      <Announcer />
      <HistoryDialog isOpen={dialog === 'history'} onClose={() => setDialog(undefined)} />
      <ModelsDialog isOpen={dialog === 'models'} onClose={() => setDialog(undefined)} />
    </ChoicesContext>
  );
}
