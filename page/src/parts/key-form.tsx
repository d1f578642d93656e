import { useState } from 'react';
import { serverKey } from '../api/server-key.ts';
import { S } from '../strings.ts';

/** Asks for the key of the server. */
export function KeyForm({ onKey }: { readonly onKey: () => void }) {
  const [key, setKey] = useState(serverKey.get() ?? '');
  const hadKey = serverKey.get() !== null;
  return (
    <form
      className="notice key-form"
      onSubmit={(event) => {
        event.preventDefault();
        serverKey.set(key.trim());
        onKey();
      }}
    >
      <h2>{S.models.needsKey}</h2>
      <p>{hadKey ? S.models.wrongKey : S.models.keyText}</p>
      <label>
        {S.models.key}
        <input type="password" autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} />
      </label>
      <button type="submit" className="main-button">
        {S.models.takeKey}
      </button>
    </form>
  );
}
