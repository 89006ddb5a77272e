/** The page: the greeting, the answer of the runtime, and the revision of each service. */
export function renderPage({ greeting, revision, answer }) {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>agents-runtime</title></head>
<body>
<h1>${escape(greeting)}</h1>
<p id="answer">${escape(answer.text)}</p>
<pre id="document">${escape(answer.document)}</pre>
<p>revision <code id="revision">${escape(revision)}</code>, plan <code id="plan">${escape(answer.fingerprint)}</code></p>
</body>
</html>
`;
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text) {
  return String(text).replace(/[&<>"']/g, (character) => entities[character]);
}
