import * as z from 'zod';
import { configFile } from '../../src/config/schema.ts';
import { plannedFile } from '../../src/domain/planning/schema.ts';
import { API_VERSION } from '../../src/domain/request/request.ts';
import {
  downgradeRequest,
  refreshRequest,
  rollbackRequest,
  upgradeRequest,
} from '../../src/domain/request/schema.ts';
import { maintenanceReport, maintenanceRequest } from '../../src/domain/standing-policy/schema.ts';
import { finding, upgradeReport } from '../../src/domain/schema.ts';
import { webhookBody } from '../../src/notifications/schema.ts';

interface PublicShape {
  readonly name: string;
  readonly title: string;
  readonly schema: z.ZodType;
  /** What people write may leave out what has a default; what meshlift writes is complete. */
  readonly writtenBy: 'people' | 'meshlift';
}

/** Every shape that people or programs exchange with meshlift as JSON or YAML. */
const PUBLIC_SHAPES: readonly PublicShape[] = [
  {
    name: 'config',
    title: 'meshlift.yaml: clusters, installers, policies, version facts',
    schema: configFile,
    writtenBy: 'people',
  },
  {
    name: 'downgrade-request',
    title: 'A downgrade request: the input of the workflow downgradeMesh',
    schema: downgradeRequest,
    writtenBy: 'people',
  },
  {
    name: 'findings',
    title: 'Findings, as plans and reports carry them',
    schema: z.array(finding),
    writtenBy: 'meshlift',
  },
  {
    name: 'notification',
    title: 'What a webhook is sent when something happens to a run',
    schema: webhookBody,
    writtenBy: 'meshlift',
  },
  {
    name: 'maintenance-report',
    title: 'What an opened maintenance window came to: the result of openMaintenanceWindow',
    schema: maintenanceReport,
    writtenBy: 'meshlift',
  },
  {
    name: 'maintenance-request',
    title: 'A maintenance request: the input of the workflow openMaintenanceWindow',
    schema: maintenanceRequest,
    writtenBy: 'people',
  },
  {
    name: 'plan',
    title: 'What `meshlift plan --output json` prints when there is a plan',
    schema: plannedFile,
    writtenBy: 'meshlift',
  },
  {
    name: 'refresh-request',
    title: 'A refresh request: the input of the workflow refreshProxies',
    schema: refreshRequest,
    writtenBy: 'people',
  },
  {
    name: 'report',
    title: 'The report of a run: its result, and what `getReport` answers',
    schema: upgradeReport,
    writtenBy: 'meshlift',
  },
  {
    name: 'rollback-request',
    title: 'A rollback request: the input of the workflow rollbackMesh',
    schema: rollbackRequest,
    writtenBy: 'people',
  },
  {
    name: 'request',
    title: 'An upgrade request: the input of the workflow upgradeMesh',
    schema: upgradeRequest,
    writtenBy: 'people',
  },
];

export interface SchemaFile {
  readonly path: string;
  readonly render: () => string;
}

/** The JSON Schemas, one file each. Draft 7 is what editors of YAML understand best. */
export const SCHEMA_FILES: readonly SchemaFile[] = PUBLIC_SHAPES.map((shape) => ({
  path: `schemas/${shape.name}.json`,
  render: () => `${JSON.stringify(toJsonSchema(shape), undefined, 2)}\n`,
}));

function toJsonSchema({ name, title, schema, writtenBy }: PublicShape): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: writtenBy === 'people' ? 'input' : 'output',
    override: ({ jsonSchema }) => dropUnicodePattern(jsonSchema),
  });
  const version = API_VERSION.split('/').at(-1) ?? API_VERSION;
  return { $schema, $id: `urn:meshlift:${version}:${name}`, title, ...rest };
}

/** `\\p{…}` means other letters to readers that do not know it; meshlift itself still checks it. */
function dropUnicodePattern(schema: { pattern?: string | undefined }): void {
  if (schema.pattern?.includes('\\p{') === true) delete schema.pattern;
}
