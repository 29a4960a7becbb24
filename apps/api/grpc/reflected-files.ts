import { readFileSync } from 'node:fs';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { PackageDefinition } from '@grpc/proto-loader';

const SETS = ['descriptors.binpb', 'health-descriptors.binpb'] as const;
const FILE_FIELD = 1;

/**
 * What reflection shows: our services and health, as the compiler described them. The forms that the
 * loader makes of the same files are of no use here: they leave out which file needs which, and misname
 * map entries, so that clients cannot resolve them.
 */
export function reflectedFiles(): PackageDefinition {
  const definitions = Object.fromEntries(
    SETS.map((name) => {
      const files = filesOf(readFileSync(new URL(name, import.meta.url)));
      return [name, { fileDescriptorProtos: files }];
    }),
  );
  // Of a definition, reflection reads the encoded files alone.
  return definitions as unknown as PackageDefinition;
}

/** The files of a `google.protobuf.FileDescriptorSet`, still encoded. */
function filesOf(set: Buffer): readonly Buffer[] {
  const reader = new BinaryReader(set);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === FILE_FIELD && wireType === WireType.LengthDelimited) {
      files.push(Buffer.from(reader.bytes()));
    } else {
      reader.skip(wireType, field);
    }
  }
  return files;
}
