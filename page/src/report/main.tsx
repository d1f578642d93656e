import { createRoot } from 'react-dom/client';
import { Report } from './report.tsx';
import { readBlock, readReport } from './report-source.ts';
// oxlint-disable-next-line import/no-unassigned-import -- It becomes the style sheet of the report.
import './report.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The report has no place for itself.');
const tree = createRoot(root);
try {
  const data = await readReport();
  document.title += `: ${data.results.data.sources.join(', ')}`;
  tree.render(<Report data={data} readBlock={readBlock} />);
} catch (error) {
  tree.render(
    <p role="alert">{`The report cannot be opened: ${error instanceof Error ? error.message : 'unknown'}`}</p>,
  );
}
