import { useChoices } from '../state/page-context.ts';
import { S } from '../strings.ts';

/** The page before the first question. */
export function FirstRun({
  onAsk,
  onModels,
}: {
  readonly onAsk: (question: string) => void;
  readonly onModels: () => void;
}) {
  const choices = useChoices();
  const isEmbedded = choices?.models.every(({ provider }) => provider === 'local') ?? false;
  return (
    <section className="first">
      <h2>{S.first.title}</h2>
      <p className="lead">{S.first.text}</p>
      <h3 className="label">{S.first.try}</h3>
      <ul className="examples">
        {S.first.questions.map((question) => (
          <li key={question}>
            <button type="button" className="example" onClick={() => onAsk(question)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
      {isEmbedded && (
        <p className="embedded">
          {S.first.embedded}{' '}
          <button type="button" className="quiet" onClick={onModels}>
            {S.first.stronger}
          </button>
        </p>
      )}
    </section>
  );
}
