import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.parked_subjects`. */
@Entity({ schema: 'cuadre', name: 'parked_subjects', synchronize: false })
export class ParkedSubjectEntity {
  @PrimaryColumn('text')
  readonly subject!: string;

  @Column('uuid', { name: 'parked_id' })
  readonly parkedId!: string;

  @Column('text')
  readonly reason!: string;

  @Column('smallint')
  readonly partition!: number;

  @Column('bigint', { name: 'first_position' })
  readonly firstPosition!: string;

  @Column('timestamptz', { name: 'recorded_at' })
  readonly recordedAt!: Date;
}
