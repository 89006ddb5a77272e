import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { LaneOpening } from '#gen/governance/v1/restriction_pb.js';
import type { Transaction } from '../../../store/database.js';
import { promotionVersion } from '../../../store/promotion/read.js';
import { restrictionsVersion } from '../../../store/restriction/read.js';

/** What whoever watches a promotion is told anew: its record, and whether its lane is open to it. */
export class VersionWithOpening {
  readonly #now: () => Date;
  /** When its lane opens or closes next: no row says that time has come. */
  #turnsAt: Date | undefined;
  #turns = 0;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Remembers what was told. */
  told(opening: LaneOpening | undefined): void {
    const turn = opening?.nextOpen ?? opening?.nextClose;
    this.#turnsAt = turn === undefined ? undefined : timestampDate(turn);
  }

  /** Changes with what is told. */
  async of(
    tx: Transaction,
    promotion: Parameters<typeof restrictionsVersion>[1] & { readonly id: string },
  ): Promise<string> {
    if (this.#turnsAt !== undefined && this.#turnsAt <= this.#now()) {
      this.#turns += 1;
      this.#turnsAt = undefined;
    }
    const versions = [await promotionVersion(tx, promotion.id), await restrictionsVersion(tx, promotion)];
    return [...versions, String(this.#turns)].join('/');
  }
}
