import { ApiProperty } from '@nestjs/swagger';

/** The end of every list's answer; `items` is the list's own. */
export class ListResource {
  @ApiProperty({ description: 'For the next page; empty at the end of the list, and only there.' })
  readonly nextPageToken!: string;
}
