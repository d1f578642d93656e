import { useState } from 'react';
import type { FuseAgain as Settings } from '../api/types.ts';
import { Modal } from '../parts/modal.tsx';
import { useChoices } from '../state/page-context.ts';
import { S } from '../strings.ts';

/** Asks how to fuse once more. */
export function FuseAgain({
  onFuse,
  onClose,
}: {
  readonly onFuse: (settings: Settings) => void;
  readonly onClose: () => void;
}) {
  const choices = useChoices();
  const [fuser, setFuser] = useState('');
  const [topK, setTopK] = useState('');
  const [prompt, setPrompt] = useState('');
  const [instruction, setInstruction] = useState('');
  const [analysis, setAnalysis] = useState(false);
  const start = () =>
    onFuse({
      ...(fuser === '' ? {} : { fuser }),
      ...(topK === '' ? {} : { topK: Number(topK) }),
      ...(prompt === '' ? {} : { fusionPrompt: prompt as NonNullable<Settings['fusionPrompt']> }),
      ...(instruction.trim() === '' ? {} : { instruction: instruction.trim() }),
      ...(analysis ? { analysis } : {}),
    });
  return (
    <Modal title={S.fuse.title} description={S.fuse.text} isOpen onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <label>
          {S.fuse.fuser}
          <select value={fuser} onChange={(event) => setFuser(event.target.value)}>
            <option value="">{S.team.default}</option>
            {choices?.fusers.map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
        <label>
          {S.fuse.topK}
          <input
            type="number"
            min={1}
            max={24}
            placeholder="3"
            value={topK}
            onChange={(event) => setTopK(event.target.value)}
          />
        </label>
        <label>
          {S.fuse.prompt}
          <select value={prompt} onChange={(event) => setPrompt(event.target.value)}>
            <option value="">{S.team.default}</option>
            {Object.keys(choices?.names.fusionPrompts ?? {}).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          {S.fuse.instruction}
          <textarea
            rows={2}
            placeholder={S.fuse.instructionHint}
            value={instruction}
            onChange={(event) => setInstruction(event.target.value)}
          />
        </label>
        <label className="tick">
          <input type="checkbox" checked={analysis} onChange={(event) => setAnalysis(event.target.checked)} />
          {S.fuse.findInsights}
        </label>
        <button type="submit" className="main-button">
          {S.fuse.start}
        </button>
      </form>
    </Modal>
  );
}
