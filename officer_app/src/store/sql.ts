// The device store's schema and statements: the files of `client_sync/sql`, read as `client_sync/sql/__init__.py` does.

export interface SchemaFile {
  readonly number: number;
  readonly statements: readonly string[];
}

export interface Sql {
  readonly schema: readonly SchemaFile[];
  readonly statements: ReadonlyMap<string, string>;
}

const NUMBERED = /^(\d{4})_\w+\.sql$/;
const NAME = /^-- name: (\w+)\s*$/m;

/** The schema's steps in order and every named statement, from texts by file name. */
export function readSql(files: Readonly<Record<string, string>>): Sql {
  const schema: SchemaFile[] = [];
  const statements = new Map<string, string>();
  for (const name of Object.keys(files).sort()) {
    const text = files[name] ?? "";
    const numbered = NUMBERED.exec(name);
    if (numbered) {
      schema.push({ number: Number(numbered[1]), statements: splitStatements(text) });
      continue;
    }
    for (const [key, statement] of readStatements(text)) {
      if (statements.has(key)) throw new Error(`two statements are called ${key}`);
      statements.set(key, statement);
    }
  }
  return { schema, statements };
}

function* readStatements(text: string): Iterable<[string, string]> {
  const pieces = text.split(NAME).slice(1);
  for (let at = 0; at + 1 < pieces.length; at += 2) {
    yield [pieces[at] ?? "", (pieces[at + 1] ?? "").trim().replace(/;$/, "")];
  }
}

function splitStatements(text: string): string[] {
  const bare = `${text.replace(/--[^\n]*/g, "")}\n`;
  return bare
    .split(/;\s*\n/)
    .map((piece) => piece.trim())
    .filter(Boolean);
}
