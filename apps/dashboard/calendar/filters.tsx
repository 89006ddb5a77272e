import { useQuery } from '@connectrpc/connect-query';
import { useNavigate } from '@tanstack/react-router';
import { ProductService } from '#gen/release/v1/product_service_pb.js';
import { lanes } from '../../../core/lanes.js';
import { Toggle } from '../parts/filter.js';
import css from './calendar.module.css';
import { type CalendarPlace, searchOf } from './place.js';

/** Of whom the calendar is: of everybody, a product, or a lane. */
export function Filters({ place }: { readonly place: CalendarPlace }) {
  const navigate = useNavigate();
  const change = (next: CalendarPlace) =>
    void navigate({ to: '/calendar', search: searchOf({ ...place, ...next }), replace: true, resetScroll: false });
  return (
    <>
      <ProductField value={place.product ?? ''} onChange={(product) => change({ product })} />
      {lanes.map((lane) => (
        <Toggle key={lane} isOn={place.lane === lane} onChange={(isOn) => change({ lane: isOn ? lane : '' })}>
          {lane}
        </Toggle>
      ))}
    </>
  );
}

/** A field for the name of a product. */
export function ProductField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (product: string) => void;
}) {
  const { data } = useQuery(ProductService.method.listProducts, {});
  const names = (data?.products ?? []).map(({ name }) => name);
  return (
    <label className={css['field']}>
      <span className="visually-hidden">Product</span>
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        <option value="">every product</option>
        {(names.includes(value) || value === '' ? names : [value, ...names]).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
