import {
  columnFilteringFeature,
  createColumnHelper,
  createFilteredRowModel,
  createSortedRowModel,
  filterFn_includesString,
  globalFilteringFeature,
  rowSortingFeature,
  sortFn_text,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import type { SbomPackage } from '../../../core/evidence/sbom-packages.js';
import { Filter } from '../parts/filter.js';
import { Glyph } from '../parts/mark.js';
import common from './bundle.module.css';
import css from './packages.module.css';

const rowHeight = 29;

const features = tableFeatures({
  columnFilteringFeature,
  globalFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
  filterFns: { includesString: filterFn_includesString },
  sortFns: { text: sortFn_text },
});
const helper = createColumnHelper<typeof features, SbomPackage>();
const columns = helper.columns([
  helper.accessor('name', { header: 'Package', sortFn: 'text' }),
  helper.accessor('version', { header: 'Version', sortFn: 'text' }),
  helper.accessor(({ licence }) => licence || 'no licence said', { id: 'licence', header: 'Licence', sortFn: 'text' }),
]);

const sortings = { asc: 'ascending', desc: 'descending' } as const;

/** Packages with their licences, which can be sorted and narrowed; of thousands, those in sight are drawn. */
export function PackageTable({ packages }: { readonly packages: readonly SbomPackage[] }) {
  const [q, setQ] = useState('');
  const table = useTable({
    features,
    columns,
    data: packages,
    state: { globalFilter: q },
    onGlobalFilterChange: setQ,
    globalFilterFn: 'includesString',
    getColumnCanGlobalFilter: () => true,
  });
  const { rows } = table.getRowModel();
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  return (
    <>
      <div className={common['row']}>
        <Filter value={q} label="Filter by package or licence" onChange={setQ} />
        <span className={css['count']} role="status">
          {rows.length} of {packages.length} packages
        </span>
      </div>
      <div className={css['table']} role="table" aria-label="Packages" aria-rowcount={rows.length + 1}>
        <div role="rowgroup">
          <div role="row" aria-rowindex={1} className={css['head']}>
            {table.getFlatHeaders().map(({ id, column }) => {
              const sorted = column.getIsSorted();
              return (
                <span key={id} role="columnheader" aria-sort={sorted === false ? 'none' : sortings[sorted]}>
                  <button type="button" onClick={column.getToggleSortingHandler()}>
                    {String(column.columnDef.header)}
                    {sorted !== false && <Glyph shape={sorted === 'asc' ? 'up' : 'down'} />}
                  </button>
                </span>
              );
            })}
          </div>
        </div>
        <div ref={box} className={css['box']} tabIndex={0} role="rowgroup" aria-label="Packages">
          <div role="presentation" className={css['rows']} style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                className={css['package']}
                style={{ transform: `translateY(${String(start)}px)` }}
              >
                {rows[index]?.getAllCells().map((cell) => (
                  <span key={cell.id} role="cell">
                    {String(cell.getValue())}
                  </span>
                ))}
              </div>
            ))}
          </div>
        </div>
      </div>
    </>
  );
}
