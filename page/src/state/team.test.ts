import { expect, test } from 'vitest';
import { blindTeam, teamSettings } from './team.ts';

test('a blind team has one member for each answer, in another order', () => {
  const places = [0.9, 0.1, 0.5];
  const members = [
    { model: 'a', samples: 2, temperature: 1 },
    { model: 'b', samples: 1 },
  ];
  expect(blindTeam({ members, fusion: true, topK: 2 }, () => places.shift() ?? 0)).toEqual({
    members: [
      { model: 'a', samples: 1, temperature: 1 },
      { model: 'b', samples: 1 },
      { model: 'a', samples: 1, temperature: 1 },
    ],
    fusion: true,
    topK: 2,
  });
});

test('what is not set is left to the server', () => {
  expect(teamSettings({ members: [], fusion: true })).toEqual({});
  expect(teamSettings({ blend: 'birds', members: [], fusion: false, topK: 1 })).toEqual({
    blend: 'birds',
    fusion: false,
    topK: 1,
  });
});
