import { z } from 'zod';
import { parseSize } from '../base/bytes.ts';
import { flavours, type TargetConfig } from '../target/config.ts';

const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const dnsName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/, 'is no name of a Kubernetes object');
const dnsLabel = z
  .string()
  .max(63)
  .regex(label, 'is no name of this kind in Kubernetes: small letters, digits and dashes');
// What cannot be typed cannot be the word of a typed gate.
const visible = z
  .string()
  .min(1, 'is empty')
  .regex(/^[^\u0000-\u0020\u007f-\u00a0/]+$/u, 'has a blank, a slash or a control character');

const account = z.strictObject({
  user: z.string().min(1, 'is empty').max(128),
  secret: dnsName,
  key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, 'is no key of a Secret'),
});

const reserve = z.union([z.string(), z.int()]).transform((value, context) => {
  const bytes = parseSize(String(value));
  if (bytes !== undefined && bytes > 0) return bytes;
  context.addIssue({ code: 'custom', message: 'is no size: write it as in Kubernetes, e.g. `5Gi` or `500M`' });
  return z.NEVER;
});

const folder = z
  .string()
  .max(4096)
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/\s\p{Cc}]+)+\/?$/u, 'is no absolute path of a folder');

const target = z.strictObject({
  flavour: z.enum(flavours),
  context: z.string().min(1, 'is empty').optional(),
  namespace: dnsLabel,
  cluster: visible.max(32, 'is longer than 32 characters, the most that wsrep_cluster_name takes'),
  statefulset: dnsName,
  container: dnsLabel,
  'data-directory': folder.optional(),
  service: dnsLabel,
  'leaves-service-when-desynced': z.boolean().optional(),
  account,
  reader: account.optional(),
  bootstrap: z.enum(['grastate']).default('grastate'),
  backups: z.strictObject({
    claim: dnsName,
    keep: z.int().min(1, 'must be 1 or more: the newest backup is never removed').max(10_000).default(7),
    reserve: reserve.optional(),
  }),
});

export const configSchema = z.strictObject({
  targets: z.record(z.string().regex(label, 'is no name for a target: small letters, digits and dashes'), target),
  runbooks: z.string().min(1, 'is empty').optional(),
});

/** As in the file, defaults filled in. */
export type ConfigText = z.output<typeof configSchema>;

/** Keys that are known where `path` leads; `*` stands for a name that the author chose. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const [first, , third] = path;
  if (first === undefined) return Object.keys(configSchema.shape);
  if (path.length === 2) return Object.keys(target.shape);
  if (third === 'account' || third === 'reader') return Object.keys(account.shape);
  return third === 'backups' ? Object.keys(target.shape.backups.shape) : [];
}

export function targetsOf(config: ConfigText): TargetConfig[] {
  return Object.entries(config.targets).map(([name, { context, reader, backups, ...text }]) => {
    const { 'data-directory': dataDirectory, 'leaves-service-when-desynced': leaves, ...rest } = text;
    return {
      name,
      ...rest,
      ...(context === undefined ? {} : { context }),
      ...(dataDirectory === undefined ? {} : { dataDirectory }),
      ...(leaves === undefined ? {} : { leavesServiceWhenDesynced: leaves }),
      ...(reader === undefined ? {} : { reader }),
      backups: {
        claim: backups.claim,
        keep: backups.keep,
        ...(backups.reserve === undefined ? {} : { reserveBytes: backups.reserve }),
      },
    };
  });
}
