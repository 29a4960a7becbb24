import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.events`, the dedupe table: which observation told an event first. */
@Entity({ schema: 'cuadre', name: 'events', synchronize: false })
export class EventEntity {
  @PrimaryColumn('uuid', { name: 'event_id' })
  readonly eventId!: string;

  @Column('uuid', { name: 'observation_id' })
  readonly observationId!: string;
}
