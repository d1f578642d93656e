import { defineConfig, rankerFromScore } from 'llm-blender';

/** Functions, objects and environment variables, which YAML and JSON cannot hold. */
export default defineConfig({
  rankers: {
    short: rankerFromScore({ name: 'short', score: (_task, text) => -text.length }),
  },
  providers: {
    team: {
      baseURL: 'https://llm.example.com/v1',
      headers: { 'x-team-key': process.env['TEAM_KEY'] ?? '' },
    },
  },
  blends: {
    brief: { models: ['team/model'], samples: 3, ranker: 'short', fusion: false },
  },
});
