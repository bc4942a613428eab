/** The guest in a TD: its execution after TDH.VP.ENTER, the leaves of TDCALL, #VE. */
package seamtape.sim.tdx.guest;
