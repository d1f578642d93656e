import { S } from '../strings.ts';

/** A number that may be left out. */
export function NumberField({
  label,
  value,
  onChange,
  min,
  max,
}: {
  readonly label: string;
  /** Undefined = as the server has it. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly min?: number;
  readonly max?: number;
}) {
  return (
    <label>
      {label}
      <input
        type="number"
        value={value ?? ''}
        placeholder={S.member.asDefault}
        min={min}
        max={max}
        step="any"
        onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.valueAsNumber)}
      />
    </label>
  );
}
