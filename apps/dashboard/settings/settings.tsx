import { pageSettings, useSettings } from '../connection/settings.js';
import { Keys } from '../identity/keys.js';
import { Me } from '../identity/me.js';
import { People } from '../identity/people.js';
import { Sessions } from '../identity/sessions.js';
import { Toggle } from '../parts/filter.js';
import css from '../parts/rows.module.css';
import { Screen, Section } from '../parts/screen.js';
import { Doctor } from './doctor.js';

/** Who one is here, with which keys and browsers, who the others are, and whether all is well. */
export default function Settings() {
  const { keys } = useSettings();
  return (
    <Screen title="Settings">
      <Me />
      <Keys />
      <Sessions />
      <People />
      <Doctor />
      <Section title="This page">
        <div className={css['row']}>
          <Toggle isOn={keys} onChange={(isOn) => pageSettings.change({ keys: isOn })}>
            Single keys do something; ? lists them
          </Toggle>
        </div>
      </Section>
    </Screen>
  );
}
