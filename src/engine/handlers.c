/* Which operation has a handler: the one table of it; docs/operations.md is written from it. */
#include "engine/engine_private.h"

const cyn_i_handler cyn_i_handlers[CYN_OPERATION_COUNT] = {
    [CYN_OPERATION_GET_ITEM] = cyn_i_get_item,
    [CYN_OPERATION_PUT_ITEM] = cyn_i_put_item,
    [CYN_OPERATION_UPDATE_ITEM] = cyn_i_update_item,
    [CYN_OPERATION_DELETE_ITEM] = cyn_i_delete_item,
    [CYN_OPERATION_QUERY] = cyn_i_query,
    [CYN_OPERATION_SCAN] = cyn_i_scan,
    [CYN_OPERATION_BATCH_GET_ITEM] = cyn_i_batch_get_item,
    [CYN_OPERATION_BATCH_WRITE_ITEM] = cyn_i_batch_write_item,
    [CYN_OPERATION_TRANSACT_GET_ITEMS] = cyn_i_transact_get_items,
    [CYN_OPERATION_TRANSACT_WRITE_ITEMS] = cyn_i_transact_write_items,
    [CYN_OPERATION_CREATE_TABLE] = cyn_i_create_table,
    [CYN_OPERATION_DESCRIBE_TABLE] = cyn_i_describe_table,
    [CYN_OPERATION_LIST_TABLES] = cyn_i_list_tables,
    [CYN_OPERATION_DELETE_TABLE] = cyn_i_delete_table,
    [CYN_OPERATION_UPDATE_TABLE] = cyn_i_update_table,
    [CYN_OPERATION_UPDATE_TIME_TO_LIVE] = cyn_i_update_time_to_live,
    [CYN_OPERATION_DESCRIBE_TIME_TO_LIVE] = cyn_i_describe_time_to_live,
    [CYN_OPERATION_TAG_RESOURCE] = cyn_i_tag_resource,
    [CYN_OPERATION_UNTAG_RESOURCE] = cyn_i_untag_resource,
    [CYN_OPERATION_LIST_TAGS_OF_RESOURCE] = cyn_i_list_tags_of_resource,
    [CYN_OPERATION_DESCRIBE_LIMITS] = cyn_i_describe_limits,
    [CYN_OPERATION_DESCRIBE_ENDPOINTS] = cyn_i_describe_endpoints,
};
