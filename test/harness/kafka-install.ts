import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Beside the source, also where the compiled code runs: the compiler copies neither file. */
const RECIPE = join(
  import.meta.dirname.replace(/[\\/]dist(?=[\\/]test[\\/]harness$)/, ''),
  'kafka-broker',
);
const COPY_DEPENDENCIES =
  'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const JAVA_MAJOR_MIN = 17;
/** Class data sharing: the second start and all later ones take half the time. */
const ARCHIVE = 'classes.jsa';

/** A folder with the jars, a class archive and a formatted data folder to copy. Shared by all runs. */
export type KafkaInstallation = { readonly folder: string };

/** Why no broker can be started here, or null where one can. */
export function whyNoKafka(): string | null {
  const found = spawnSync(javaBinary(), ['-version'], { encoding: 'utf8' });
  const major = Number(/version "(\d+)/.exec(found.stderr ?? '')?.[1] ?? 0);
  if (major < JAVA_MAJOR_MIN)
    return `Java ${JAVA_MAJOR_MIN} or newer is needed (JAVA_HOME or PATH).`;
  if (existsSync(installationFolder())) return null;
  return spawnSync('mvn', ['-v']).status === 0 ? null : 'Maven is needed to fetch Kafka once.';
}

/** Fetches and prepares Kafka once; afterwards needs neither the network nor Maven. */
export async function installKafka(): Promise<KafkaInstallation> {
  const folder = installationFolder();
  if (!existsSync(folder)) await buildInstallation(folder);
  return { folder };
}

export type JavaRun = {
  readonly main: string;
  readonly args: readonly string[];
  readonly flags?: readonly string[];
};

/** Arguments of `java` for a Kafka main class; to be run with the installation as working folder. */
export function javaArguments(folder: string, { main, args, flags = [] }: JavaRun): string[] {
  // Relative and sorted: the class archive is refused when the class path differs by one character.
  const jars = readdirSync(join(folder, 'libs')).toSorted();
  return [
    '-Xmx128m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...flags,
    '-Dlog4j2.configurationFile=log4j2.properties',
    '-cp',
    jars.map((jar) => `libs/${jar}`).join(delimiter),
    main,
    ...args,
  ];
}

export function sharedClasses(): readonly string[] {
  return [`-XX:SharedArchiveFile=${ARCHIVE}`, '-Xlog:disable', '-Xlog:all=off'];
}

export function javaBinary(): string {
  const home = process.env['JAVA_HOME'];
  return home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
}

/** A TCP port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No TCP port is free.');
  return address.port;
}

/** Settings of a broker that is small enough to start for a test. */
export function serverProperties(options: {
  readonly data: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly advertisedPort: number;
}): string {
  const { data, port, controllerPort, advertisedPort } = options;
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${advertisedPort}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names=CONTROLLER',
    `log.dirs=${data}`,
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=1',
    'share.coordinator.state.topic.num.partitions=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    // The default of 128 MB does not fit into the heap above: the broker would not start.
    'log.cleaner.dedupe.buffer.size=2097152',
    'log.cleaner.threads=1',
    'log.index.size.max.bytes=1048576',
    'num.network.threads=1',
    'num.io.threads=2',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    // A killed broker may register again only when its session is over.
    'broker.session.timeout.ms=1000',
    'broker.heartbeat.interval.ms=200',
    '',
  ].join('\n');
}

function installationFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const pom = readFileSync(join(RECIPE, 'pom.xml'));
  const version = /kafka_2\.13<\/artifactId>[^]*?<version>([\d.]+)</.exec(
    pom.toString('utf8'),
  )?.[1];
  const hash = createHash('sha256').update(pom).digest('hex').slice(0, 12);
  return join(cache, 'cuadre', `kafka-${version ?? 'unknown'}-${hash}`);
}

async function buildInstallation(folder: string): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  copyFileSync(join(RECIPE, 'log4j2.properties'), join(temporary, 'log4j2.properties'));
  copyFileSync(join(RECIPE, 'pom.xml'), join(temporary, 'pom.xml'));
  console.log(`Fetching Apache Kafka into ${folder} (once).`);
  runOrThrow(temporary, 'mvn', [
    '--batch-mode',
    '--quiet',
    COPY_DEPENDENCIES,
    `-DoutputDirectory=${join(temporary, 'libs')}`,
  ]);
  formatTemplate(temporary);
  await archiveClasses(temporary);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    // Another run was faster: its installation is as good as ours.
    if (!existsSync(folder)) throw error;
  }
}

function formatTemplate(folder: string): void {
  mkdirSync(join(folder, 'template'));
  const properties = join(folder, 'template', 'format.properties');
  const data = join(folder, 'template', 'data');
  writeFileSync(
    properties,
    serverProperties({ data, port: 19092, controllerPort: 19093, advertisedPort: 19092 }),
  );
  const clusterId = Buffer.from('cuadre-test-0001').toString('base64url');
  runOrThrow(
    folder,
    javaBinary(),
    javaArguments(folder, {
      main: 'kafka.tools.StorageTool',
      args: ['format', '--cluster-id', clusterId, '--config', properties],
    }),
  );
}

/** Runs a broker for a moment so that the JVM writes the classes it loaded into an archive. */
async function archiveClasses(folder: string): Promise<void> {
  const run = join(folder, 'archive-run');
  mkdirSync(run);
  const properties = join(run, 'server.properties');
  const data = join(run, 'data');
  const [port, controllerPort] = [await freePort(), await freePort()];
  writeFileSync(properties, serverProperties({ data, port, controllerPort, advertisedPort: port }));
  runOrThrow(folder, 'cp', ['-r', join(folder, 'template', 'data'), data]);
  const child = spawn(
    javaBinary(),
    javaArguments(folder, {
      main: 'kafka.Kafka',
      args: [properties],
      flags: [`-XX:ArchiveClassesAtExit=${ARCHIVE}`],
    }),
    { cwd: folder, stdio: 'ignore' },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await Promise.race([exited, sleep(8_000)]);
  child.kill('SIGTERM');
  await exited;
  // Without an archive the broker only starts slower.
  rmSync(run, { recursive: true, force: true });
}

function runOrThrow(cwd: string, command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${command} ended with ${String(status)}: ${stdout.slice(-2_000)}${stderr}`);
}
