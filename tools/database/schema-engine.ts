import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

const schemaPath = join(import.meta.dirname, "../../prisma/schema.prisma");
/** PostgreSQL's internal type "char", in which its catalogue speaks, and `text`. */
const internalCharOid = 18;
const textOid = 25;

/** The part of the WebAssembly interface used here: TypeScript keeps its types with the browser's. */
type WasmModule = { instance: { exports: Record<string, unknown> } };
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: { instantiate: (bytes: Uint8Array, imports: object) => Promise<WasmModule> };
};

async function load(): Promise<void> {
  const wasmPath = join(
    dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg")),
    "schema_engine_bg.wasm",
  );
  const { instance } = await wasm.instantiate(await readFile(wasmPath), {
    "./schema_engine_bg.js": engine,
  });
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message() {} } });
  const { __wbg_set_wasm } = engine as unknown as { __wbg_set_wasm: (exports: unknown) => void };
  __wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
}

/** For each result, which of its columns are of the type "char". */
const charColumns = new WeakMap<unknown[], number[]>();

/** The adapter refuses results with a "char", so they go through it as text. */
class CatalogPool extends pg.Pool {
  override query = (async (...args: unknown[]) => {
    const result = await (super.query as (...args: unknown[]) => Promise<pg.QueryResult>)(...args);
    const columns: number[] = [];
    for (const [index, field] of result.fields.entries()) {
      if (field.dataTypeID !== internalCharOid) continue;
      field.dataTypeID = textOid;
      columns.push(index);
    }
    charColumns.set(result.rows, columns);
    return result;
  }) as typeof pg.Pool.prototype.query;
}

/** The engine wants a "char" as a character, not as text: that is put right behind the adapter. */
class CatalogFactory extends PrismaPg {
  override async connect(): ReturnType<PrismaPg["connect"]> {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      const columnTypes = [...result.columnTypes];
      for (const index of charColumns.get(result.rows) ?? []) columnTypes[index] = ColumnTypeEnum.Character;
      return { ...result, columnTypes };
    };
    return adapter;
  }
}

/** The SQL that turns the database at `url` into what prisma/schema.prisma says; only comments where they agree. */
export async function diffToSchema(url: string): Promise<string> {
  await load();
  const content = await readFile(schemaPath, "utf8");
  const pool = new CatalogPool({ connectionString: url });
  const factory = bindMigrationAwareSqlAdapterFactory(new CatalogFactory(pool));
  const runner = await engine.SchemaEngine.new(
    { datamodels: [["schema.prisma", content]] },
    () => {},
    factory,
  );
  try {
    const result = await runner.diff({
      from: {
        tag: "schemaDatasource",
        files: [{ path: "schema.prisma", content }],
        configDir: dirname(schemaPath),
      },
      to: {
        tag: "schemaDatamodel",
        files: [{ path: "schema.prisma", content }],
        configDir: dirname(schemaPath),
      },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
      shadowDatabaseUrl: null,
    } as Parameters<typeof runner.diff>[0]);
    return result.stdout ?? "";
  } finally {
    runner.free();
    await pool.end();
  }
}
