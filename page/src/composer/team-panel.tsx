import { useState } from 'react';
import { toConfiguration } from '../api/blends-client.ts';
import { MemberForm } from '../candidates/member-form.tsx';
import { download } from '../parts/download.ts';
import { NumberField } from '../parts/number-field.tsx';
import { useChoices, useController } from '../state/page-context.ts';
import { savedTeams, type Team, teamSettings } from '../state/team.ts';
import { S } from '../strings.ts';

/** Who is asked and how: a blend of the server, or models of one's own, with what is saved of them. */
export function TeamPanel({ team, onTeam }: { readonly team: Team; readonly onTeam: (team: Team) => void }) {
  const choices = useChoices();
  const controller = useController();
  const [saved, setSaved] = useState(savedTeams.all);
  const [name, setName] = useState('');
  const [isAdding, setAdding] = useState(false);
  const usual = choices?.blends.find(({ isDefault }) => isDefault)?.name ?? '';
  const blend = choices?.blends.find((one) => one.name === (team.blend ?? usual));
  const change = (part: Partial<Team>) => onTeam({ ...team, ...part });
  const exportTeam = async () => {
    try {
      // Names in a configuration have none of these.
      const written = name.trim().replaceAll(/[\s/:]+/g, '-');
      const text = await toConfiguration(teamSettings(team), written === '' ? 'team' : written);
      download('blender.config.yaml', text, 'application/yaml');
    } catch (error) {
      controller.set({ error: S.server.failed(error instanceof Error ? error.message : String(error)) });
    }
  };
  return (
    <section className="team" aria-label={S.team.title}>
      <div className="form form-row">
        <label>
          {S.team.blend}
          <select value={team.blend ?? usual} onChange={(event) => change({ blend: event.target.value, members: [] })}>
            {choices?.blends.map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        </label>
        <label>
          {S.team.ranker}
          <select value={team.ranker ?? ''} onChange={(event) => change({ ranker: event.target.value || undefined })}>
            <option value="">{S.team.default}</option>
            {choices?.rankers.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
            {choices?.models
              .filter(({ roles }) => roles.includes('judge'))
              .map(({ id }) => (
                <option key={id}>{`judge:${id}`}</option>
              ))}
          </select>
        </label>
        <label>
          {S.team.fuser}
          <select value={team.fuser ?? ''} onChange={(event) => change({ fuser: event.target.value || undefined })}>
            <option value="">{S.team.default}</option>
            {choices?.fusers.map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
        <NumberField label={S.team.topK} value={team.topK} min={1} max={24} onChange={(topK) => change({ topK })} />
        <NumberField label={S.team.maxCost} value={team.maxCost} min={0} onChange={(maxCost) => change({ maxCost })} />
        <label className="tick">
          <input type="checkbox" checked={team.fusion} onChange={(event) => change({ fusion: event.target.checked })} />
          {S.team.fusion}
        </label>
      </div>
      <h3 className="label">{S.team.members}</h3>
      {team.members.length === 0 && blend !== undefined && (
        <p className="muted">
          {S.team.usesBlend(blend.name)} {blend.models.map(({ model }) => model).join(', ')}
        </p>
      )}
      <ul className="members">
        {team.members.map((member, index) => (
          // Two may be the same; they are only ever taken out one by one.
          <li key={index}>
            <code>{member.model}</code> <span className="muted">{settingsOf(member)}</span>{' '}
            <button
              type="button"
              className="quiet"
              onClick={() => change({ members: team.members.toSpliced(index, 1) })}
            >
              {S.member.remove}
            </button>
          </li>
        ))}
      </ul>
      <p className="button-row">
        <button type="button" className="quiet" onClick={() => setAdding(true)}>
          {S.candidates.add}
        </button>
      </p>
      <div className="form form-row">
        <label>
          {S.team.name}
          <input value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <button
          type="button"
          disabled={name.trim() === ''}
          onClick={() => {
            savedTeams.save(name.trim(), team);
            setSaved(savedTeams.all());
          }}
        >
          {S.team.save}
        </button>
        <button type="button" onClick={() => void exportTeam()}>
          {S.team.export}
        </button>
        {Object.keys(saved).length > 0 && (
          <label>
            {S.team.saved}
            <select
              value=""
              onChange={(event) => {
                const chosen = saved[event.target.value];
                if (chosen === undefined) return;
                setName(event.target.value);
                onTeam(chosen);
              }}
            >
              <option value="">…</option>
              {Object.keys(saved).map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        )}
        {name in saved && (
          <button
            type="button"
            className="quiet"
            onClick={() => {
              savedTeams.remove(name);
              setSaved(savedTeams.all());
            }}
          >
            {S.team.remove}
          </button>
        )}
      </div>
      {isAdding && (
        <MemberForm
          member={undefined}
          onClose={() => setAdding(false)}
          onDone={(draft) => {
            setAdding(false);
            change({ members: [...team.members, draft] });
          }}
        />
      )}
    </section>
  );
}

function settingsOf({ samples, temperature, topP, maxOutputTokens }: Team['members'][number]): string {
  return [
    `× ${samples}`,
    ...(temperature === undefined ? [] : [`${S.member.temperature} ${temperature}`]),
    ...(topP === undefined ? [] : [`${S.member.topP} ${topP}`]),
    ...(maxOutputTokens === undefined ? [] : [`${S.member.maxOutputTokens} ${maxOutputTokens}`]),
  ].join(', ');
}
