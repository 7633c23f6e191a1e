import type { FindingDocument } from '../../src/domain/finding.ts';

const HEAD = `# Finding codes

<!-- Made by \`npm run generate\` from the documents of the rules; do not edit. -->

A finding is one result of a rule that looks at a mesh before anything is changed.
It has a code, a severity, a subject (the object it is about), a message (what was expected, what was found) and a remedy.
\`meshlift precheck\` and \`meshlift plan\` print them, a blocked run returns them, and every report lists them.

- **blocking**: the run ends as \`Blocked\` and nothing was touched.
- **overridable**: the same, unless the request accepts this finding by code and subject with a reason (\`--override 'CODE=SUBJECT=REASON'\`, or \`overrides\` in the request).
- **info**: told, and nothing more.

What could not be read is a finding too (\`FactUnknown\`), never a pass.
Codes are never renamed or given another meaning.
A test compares this page with the code.
`;

/** The page about finding codes, in the order of the documents. */
export function renderFindingCodes(documents: readonly FindingDocument[]): string {
  return [HEAD, ...documents.map(renderDocument)].join('\n');
}

function renderDocument({ code, severity, meaning, remedy }: FindingDocument): string {
  return `## ${code}

Severity: ${severity}.
Meaning: ${meaning}
Remedy: ${remedy}
`;
}
