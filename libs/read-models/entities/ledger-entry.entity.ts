import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.ledger_entries`: one leg that one event posted. */
@Entity({ schema: 'cuadre', name: 'ledger_entries', synchronize: false })
export class LedgerEntryEntity {
  @PrimaryColumn('smallint')
  readonly partition!: number;

  @PrimaryColumn('bigint')
  readonly sequence!: string;

  @Column('uuid', { name: 'entry_id' })
  readonly entryId!: string;

  @Column('uuid', { name: 'event_id' })
  readonly eventId!: string;

  @Column('uuid', { name: 'observation_id' })
  readonly observationId!: string;

  @Column('text')
  readonly subject!: string;

  @Column('uuid', { name: 'subject_id' })
  readonly subjectId!: string;

  @Column('text')
  readonly line!: string;

  @Column('text')
  readonly layer!: string;

  @Column('text', { name: 'ledger_account' })
  readonly ledgerAccount!: string;

  @Column('text')
  readonly currency!: string;

  @Column('smallint')
  readonly exponent!: number;

  /** Debits are positive, credits negative. */
  @Column('numeric', { name: 'amount_minor' })
  readonly amountMinor!: string;

  @Column('timestamptz', { name: 'effective_at' })
  readonly effectiveAt!: Date;

  @Column('timestamptz', { name: 'told_at', nullable: true })
  readonly toldAt!: Date | null;

  @Column('timestamptz', { name: 'recorded_at' })
  readonly recordedAt!: Date;

  @Column('text', { nullable: true })
  readonly reason!: string | null;

  @Column('text')
  readonly hash!: string;
}
